using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>One transformer layer of BERT, with the norms after the residuals. Only its result outlives a call; what the backward pass needs, autograd keeps until it has been used.</summary>
internal sealed class BertLayer
{
    private readonly BertConfig _config;
    private readonly Linear _queryKeyValue, _attentionOutput, _up, _down;
    private readonly LayerNorm _attentionNorm, _outputNorm;

    public BertLayer(BertConfig config, ParameterBuilder build, string path)
    {
        _config = config;
        var initial = new Initial(config.InitializerRange);
        long width = config.HiddenSize;
        string self = path + "attention.self.";
        _queryKeyValue = new Linear(
            build.GetStacked(self + "query_key_value.weight", [self + "query.weight", self + "key.weight", self + "value.weight"], initial, width, width),
            build.GetStacked(self + "query_key_value.bias", [self + "query.bias", self + "key.bias", self + "value.bias"], Initial.Zeros, width));
        _attentionOutput = build.Linear(path + "attention.output.dense", width, width, initial);
        _attentionNorm = build.LayerNorm(path + "attention.output.LayerNorm", width, config.LayerNormEpsilon);
        _up = build.Linear(path + "intermediate.dense", width, config.IntermediateSize, initial);
        _down = build.Linear(path + "output.dense", config.IntermediateSize, width, initial);
        _outputNorm = build.LayerNorm(path + "output.LayerNorm", width, config.LayerNormEpsilon);
    }

    /// <summary>[tokens, hidden] to [tokens, hidden].</summary>
    public Tensor Forward(Tensor x, PackedBatch batch, DropoutPlaces dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor context = PackedAttention.SelfAttention(_queryKeyValue.Forward(x), batch.Offsets, _config.Heads, dropout.Rate(_config.AttentionDropout), dropout.NextKey());
        return FeedForward(context, x, dropout).MoveToOuterDisposeScope();
    }

    /// <summary>[tokens, hidden] to [sequences, hidden] at the read positions.</summary>
    public Tensor ForwardRead(Tensor x, PackedBatch batch, DropoutPlaces dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = _config.HiddenSize;
        Tensor read = x.index_select(0, batch.ReadRows);
        Tensor query = _queryKeyValue.ForwardOutputs(read, 0, width);
        Tensor keyValue = _queryKeyValue.ForwardOutputs(x, width, 2 * width);
        Tensor context = PackedAttention.ReadAttention(query, keyValue, batch.Offsets, _config.Heads, dropout.Rate(_config.AttentionDropout), dropout.NextKey());
        return FeedForward(context, read, dropout).MoveToOuterDisposeScope();
    }

    private Tensor FeedForward(Tensor context, Tensor residual, DropoutPlaces dropout)
    {
        double p = _config.HiddenDropout;
        Tensor attended = _attentionNorm.Forward(residual.add(dropout.Apply(_attentionOutput.Forward(context), p)));
        Tensor inner = _config.HiddenActivation.Apply(_up.Forward(attended));
        return _outputNorm.Forward(attended.add(dropout.Apply(_down.Forward(inner), p)));
    }
}
