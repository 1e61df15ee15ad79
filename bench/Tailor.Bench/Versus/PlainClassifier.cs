using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Bench;

/// <summary>A BERT classifier as a user of TorchSharp writes it: padded batches, libtorch's own attention and dropout.</summary>
internal sealed class PlainClassifier : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly double _dropout;
    private readonly Embedding _words, _positions, _types;
    private readonly LayerNorm _norm;
    private readonly ModuleList<PlainLayer> _layers;
    private readonly Linear _dense, _output;

    /// <summary>Makes the model with new weights.</summary>
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="dropout">The dropout probability.</param>
    public PlainClassifier(EncoderShape shape, int classes, double dropout)
        : base(nameof(PlainClassifier))
    {
        _dropout = dropout;
        _words = nn.Embedding(shape.VocabularySize, shape.HiddenSize);
        _positions = nn.Embedding(shape.MaxPositions, shape.HiddenSize);
        _types = nn.Embedding(2, shape.HiddenSize);
        _norm = nn.LayerNorm(shape.HiddenSize, 1e-12);
        _layers = nn.ModuleList(Enumerable.Range(0, shape.Layers).Select(_ => new PlainLayer(shape, dropout)).ToArray());
        _dense = nn.Linear(shape.HiddenSize, shape.HiddenSize);
        _output = nn.Linear(shape.HiddenSize, classes);
        RegisterComponents();
        using var _ = no_grad();
        foreach ((string name, Parameter parameter) in named_parameters())
        {
            if (name.EndsWith("bias", StringComparison.Ordinal))
            {
                nn.init.zeros_(parameter);
            }
            else if (!name.Contains("norm", StringComparison.OrdinalIgnoreCase))
            {
                nn.init.normal_(parameter, 0, 0.02);
            }
        }
    }

    /// <summary>Class logits.</summary>
    /// <param name="ids">Token ids, int64 [sequences, longest].</param>
    /// <param name="mask">0 at tokens and a large negative number at padding, [sequences, 1, 1, longest]; null without padding.</param>
    /// <returns>[sequences, classes].</returns>
    public override Tensor forward(Tensor ids, Tensor? mask)
    {
        Tensor sum = _words.forward(ids).add(_positions.weight!.narrow(0, 0, ids.shape[1])).add(_types.weight![0]);
        Tensor x = F.dropout(_norm.forward(sum), _dropout, true);
        foreach (PlainLayer layer in _layers)
        {
            x = layer.forward(x, mask);
        }

        Tensor first = x.select(1, 0);
        return _output.forward(F.dropout(_dense.forward(first).tanh(), _dropout, true));
    }

    /// <summary>Takes a checkpoint's encoder weights.</summary>
    /// <param name="read">Gives the tensor of a name in transformers' BertModel.</param>
    public void Load(Func<string, Tensor> read)
    {
        using var _ = no_grad();
        const string path = "embeddings.";
        Copy(_words.weight!, read(path + "word_embeddings.weight"));
        Copy(_positions.weight!, read(path + "position_embeddings.weight"));
        Copy(_types.weight!, read(path + "token_type_embeddings.weight"));
        Copy(_norm.weight!, read(path + "LayerNorm.weight"));
        Copy(_norm.bias!, read(path + "LayerNorm.bias"));
        for (int i = 0; i < _layers.Count; i++)
        {
            _layers[i].Load(name => read($"encoder.layer.{i}.{name}"));
        }
    }

    /// <summary>Copies a checkpoint's tensor into a parameter and releases it.</summary>
    internal static void Copy(Parameter parameter, Tensor source)
    {
        parameter.copy_(source);
        source.Dispose();
    }
}
