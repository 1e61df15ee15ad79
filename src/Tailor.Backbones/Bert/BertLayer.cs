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
        Sites = new LayerSites(path, [_queryKeyValue, _attentionOutput, _up, _down], [_attentionNorm, _outputNorm]);
    }

    /// <summary>Where adapters take hold.</summary>
    public LayerSites Sites { get; }

    /// <summary>[tokens, hidden] to [tokens, hidden].</summary>
    public Tensor Forward(Tensor x, PackedBatch batch, DropoutPlaces dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        double p = dropout.Rate(_config.AttentionDropout);
        ulong key = dropout.NextKey();
        Tensor context = Sites.Prefix is null ? SelfAttention.Apply(x, _queryKeyValue, batch.Offsets, _config.Heads, p, key) : PrefixedAttention(x, batch, p, key);
        return FeedForward(context, x, dropout).MoveToOuterDisposeScope();
    }

    private Tensor PrefixedAttention(Tensor x, PackedBatch batch, double dropout, ulong key)
    {
        Tensor queryKeyValue = _queryKeyValue.Forward(x);
        long width = _config.HiddenSize;
        return Attention(queryKeyValue.narrow(1, 0, width), queryKeyValue.narrow(1, width, 2 * width), batch.Offsets, batch, dropout, key);
    }

    /// <summary>[tokens, hidden] to [sequences, hidden] at the read positions.</summary>
    public Tensor ForwardRead(Tensor x, PackedBatch batch, DropoutPlaces dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = _config.HiddenSize;
        Tensor read = x.index_select(0, batch.ReadRows);
        Tensor query = _queryKeyValue.ForwardOutputs(read, 0, width);
        Tensor keyValue = _queryKeyValue.ForwardOutputs(x, width, 2 * width);
        Tensor context = Attention(query, keyValue, [.. Enumerable.Range(0, batch.Sequences + 1)], batch, dropout.Rate(_config.AttentionDropout), dropout.NextKey());
        return FeedForward(context, read, dropout).MoveToOuterDisposeScope();
    }

    private Tensor Attention(Tensor query, Tensor keyValue, int[] queryOffsets, PackedBatch batch, double dropout, ulong key)
    {
        if (Sites.Prefix is not { } prefix)
        {
            return PackedAttention.Attention(query, keyValue, queryOffsets, batch.Offsets, _config.Heads, dropout, key);
        }

        RowsBefore rows = batch.Before(prefix.Count);
        return PackedAttention.Attention(query, cat([prefix.KeyValue(), keyValue], 0).index_select(0, rows.Index), queryOffsets, rows.Offsets, _config.Heads, dropout, key);
    }

    private Tensor FeedForward(Tensor context, Tensor residual, DropoutPlaces dropout)
    {
        double p = _config.HiddenDropout;
        Tensor attended = _attentionNorm.Forward(ResidualSum.Of(residual, _attentionOutput.Forward(context), dropout, p, Sites.AfterAttention));
        return _outputNorm.Forward(ResidualSum.Of(attended, Engine.FeedForward.Apply(attended, _up, _config.HiddenActivation, _down), dropout, p, Sites.AfterFeedForward));
    }
}
