using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Bench;

/// <summary>A BERT model as a user of TorchSharp writes it: padded batches, libtorch's own attention and dropout.</summary>
internal sealed class PlainModel : nn.Module
{
    private readonly double _dropout;
    private readonly Embedding _words, _positions, _types;
    private readonly TorchSharp.Modules.LayerNorm _norm;
    private readonly ModuleList<PlainLayer> _layers;
    private readonly TorchSharp.Modules.Linear? _dense, _output, _transform;
    private readonly TorchSharp.Modules.LayerNorm? _transformNorm;
    private readonly TorchSharp.Modules.Parameter? _decoder;

    private PlainModel(Workload workload)
        : base(nameof(PlainModel))
    {
        EncoderShape shape = workload.Shape;
        _dropout = workload.Kind.Trains() ? workload.Dropout : 0;
        _words = nn.Embedding(shape.VocabularySize, shape.HiddenSize);
        _positions = nn.Embedding(shape.MaxPositions, shape.HiddenSize);
        _types = nn.Embedding(2, shape.HiddenSize);
        _norm = nn.LayerNorm(shape.HiddenSize, 1e-12);
        _layers = nn.ModuleList(Enumerable.Range(0, shape.Layers).Select(_ => new PlainLayer(shape, _dropout)).ToArray());
        if (workload.Kind is WorkloadKind.Train or WorkloadKind.Inference)
        {
            _dense = nn.Linear(shape.HiddenSize, shape.HiddenSize);
            _output = nn.Linear(shape.HiddenSize, workload.Classes);
        }
        else if (workload.Kind.Trains())
        {
            _transform = nn.Linear(shape.HiddenSize, shape.HiddenSize);
            _transformNorm = nn.LayerNorm(shape.HiddenSize, 1e-12);
            _decoder = new TorchSharp.Modules.Parameter(zeros(shape.VocabularySize));
        }

        RegisterComponents();
        using var _ = no_grad();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in named_parameters())
        {
            if (name.EndsWith("bias", StringComparison.Ordinal))
            {
                nn.init.zeros_(parameter);
            }
            else if (!name.Contains("norm", StringComparison.OrdinalIgnoreCase) && parameter.dim() > 1)
            {
                nn.init.normal_(parameter, 0, 0.02);
            }
        }
    }

    /// <summary>Makes a workload's model, with the weights of its directory where it has one.</summary>
    public static PlainModel Of(Workload workload)
    {
        manual_seed(workload.Seed);
        var model = new PlainModel(workload);
        if (workload.ModelDirectory is { } directory)
        {
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(directory);
            model.Load(name => checkpoint.Read(NameMap.Candidates(name, "bert.").First(checkpoint.Contains), ScalarType.Float32));
        }

        return model;
    }

    /// <summary>The last layer's states.</summary>
    /// <param name="ids">Token ids, int64 [sequences, longest].</param>
    /// <param name="mask">0 at tokens and a large negative number at padding, [sequences, 1, 1, longest]; null without padding.</param>
    /// <returns>[sequences, longest, hidden].</returns>
    public Tensor Encode(Tensor ids, Tensor? mask)
    {
        Tensor sum = _words.forward(ids).add(_positions.weight!.narrow(0, 0, ids.shape[1])).add(_types.weight![0]);
        Tensor x = F.dropout(_norm.forward(sum), _dropout, true);
        foreach (PlainLayer layer in _layers)
        {
            x = layer.forward(x, mask);
        }

        return x;
    }

    /// <summary>Class logits of the first positions.</summary>
    /// <param name="states">[sequences, longest, hidden].</param>
    /// <returns>[sequences, classes].</returns>
    public Tensor Classify(Tensor states) => _output!.forward(F.dropout(_dense!.forward(states.select(1, 0)).tanh(), _dropout, true));

    /// <summary>Vocabulary logits by the masked language model's head.</summary>
    /// <param name="states">[positions, hidden].</param>
    /// <param name="tokens">The tokens that are wanted, int64; all when null.</param>
    /// <returns>[positions, tokens].</returns>
    public Tensor Words(Tensor states, Tensor? tokens = null)
    {
        Tensor read = _transformNorm!.forward(F.gelu(_transform!.forward(states)));
        return tokens is null ? F.linear(read, _words.weight!, _decoder!) : F.linear(read, _words.weight!.index_select(0, tokens), _decoder!.index_select(0, tokens));
    }

    /// <summary>Copies a checkpoint's tensor into a parameter and releases it.</summary>
    internal static void Copy(TorchSharp.Modules.Parameter parameter, Tensor source)
    {
        parameter.copy_(source);
        source.Dispose();
    }

    /// <summary>Takes a checkpoint's weights.</summary>
    /// <param name="read">Gives the tensor of a name in transformers' BertForMaskedLM.</param>
    private void Load(Func<string, Tensor> read)
    {
        using var _ = no_grad();
        const string path = "bert.embeddings.", head = "cls.predictions.";
        Copy(_words.weight!, read(path + "word_embeddings.weight"));
        Copy(_positions.weight!, read(path + "position_embeddings.weight"));
        Copy(_types.weight!, read(path + "token_type_embeddings.weight"));
        Copy(_norm.weight!, read(path + "LayerNorm.weight"));
        Copy(_norm.bias!, read(path + "LayerNorm.bias"));
        for (int i = 0; i < _layers.Count; i++)
        {
            _layers[i].Load(name => read($"bert.encoder.layer.{i}.{name}"));
        }

        if (_transform is not null)
        {
            Copy(_transform.weight!, read(head + "transform.dense.weight"));
            Copy(_transform.bias!, read(head + "transform.dense.bias"));
            Copy(_transformNorm!.weight!, read(head + "transform.LayerNorm.weight"));
            Copy(_transformNorm.bias!, read(head + "transform.LayerNorm.bias"));
            Copy(_decoder!, read(head + "bias"));
        }
    }
}
