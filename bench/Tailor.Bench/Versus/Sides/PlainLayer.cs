using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Bench;

/// <summary>One transformer layer of <see cref="PlainModel"/>.</summary>
internal sealed class PlainLayer : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly int _heads;
    private readonly double _dropout;
    private readonly Linear _query, _key, _value, _projection, _up, _down;
    private readonly LayerNorm _attentionNorm, _outputNorm;

    /// <summary>Makes the layer.</summary>
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="dropout">The dropout probability.</param>
    public PlainLayer(EncoderShape shape, double dropout)
        : base(nameof(PlainLayer))
    {
        (_heads, _dropout) = (shape.Heads, dropout);
        int width = shape.HiddenSize;
        (_query, _key, _value, _projection) = (nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width));
        (_up, _down) = (nn.Linear(width, shape.IntermediateSize), nn.Linear(shape.IntermediateSize, width));
        (_attentionNorm, _outputNorm) = (nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12));
        RegisterComponents();
    }

    /// <summary>[sequences, longest, hidden] to the same shape.</summary>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        long rows = x.shape[0], length = x.shape[1], width = x.shape[2];
        Tensor Split(Tensor y) => y.view(rows, length, _heads, width / _heads).transpose(1, 2);
        Tensor context = F.scaled_dot_product_attention(Split(_query.forward(x)), Split(_key.forward(x)), Split(_value.forward(x)), mask, _dropout);
        Tensor attended = _projection.forward(context.transpose(1, 2).reshape(rows, length, width));
        x = _attentionNorm.forward(x.add(F.dropout(attended, _dropout, true)));
        return _outputNorm.forward(x.add(F.dropout(_down.forward(F.gelu(_up.forward(x))), _dropout, true)));
    }

    /// <summary>Takes a checkpoint's weights.</summary>
    /// <param name="read">Gives the tensor of a name in transformers' BertLayer.</param>
    public void Load(Func<string, Tensor> read)
    {
        foreach ((Linear linear, string name) in new[]
        {
            (_query, "attention.self.query"), (_key, "attention.self.key"), (_value, "attention.self.value"),
            (_projection, "attention.output.dense"), (_up, "intermediate.dense"), (_down, "output.dense"),
        })
        {
            PlainModel.Copy(linear.weight!, read(name + ".weight"));
            PlainModel.Copy(linear.bias!, read(name + ".bias"));
        }

        foreach ((LayerNorm norm, string name) in new[] { (_attentionNorm, "attention.output.LayerNorm"), (_outputNorm, "output.LayerNorm") })
        {
            PlainModel.Copy(norm.weight!, read(name + ".weight"));
            PlainModel.Copy(norm.bias!, read(name + ".bias"));
        }
    }
}
