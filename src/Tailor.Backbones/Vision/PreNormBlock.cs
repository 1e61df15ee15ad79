using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Backbones;

/// <summary>
/// The transformer block with the norms first (ViT; Dosovitskiy et al., ICLR 2021, equations 2 and 3): x + attention(norm x), then x + feed-forward(norm x), each scaled by channel where
/// the architecture has layer scale. One class serves ViT, DeiT, DINOv2 and both towers of CLIP. Only its result outlives a call.
/// </summary>
internal sealed class PreNormBlock
{
    private readonly PreNormShape _shape;
    private readonly Linear _queryKeyValue, _attentionOutput, _up, _down;
    private readonly LayerNorm _attentionNorm, _feedForwardNorm;
    private readonly Parameter? _attentionScale, _feedForwardScale;

    public PreNormBlock(PreNormShape shape, PreNormNames names, ParameterBuilder build)
    {
        _shape = shape;
        long width = shape.Width;
        string path = names.Path, self = path + names.Attention;
        string[] parts = [self + names.QueryKeyValue.Query, self + names.QueryKeyValue.Key, self + names.QueryKeyValue.Value];
        _attentionNorm = build.LayerNorm(path + names.AttentionNorm, width, shape.Epsilon);
        _queryKeyValue = new Linear(
            build.GetStacked(self + "query_key_value.weight", [.. parts.Select(part => part + ".weight")], shape.Initial, width, width),
            shape.QueryKeyValueBias ? build.GetStacked(self + "query_key_value.bias", [.. parts.Select(part => part + ".bias")], Initial.Zeros, width) : null);
        _attentionOutput = build.Linear(path + names.Output, width, width, shape.Initial);
        _feedForwardNorm = build.LayerNorm(path + names.FeedForwardNorm, width, shape.Epsilon);
        _up = build.Linear(path + names.Up, width, shape.Gated ? 2 * shape.Inner : shape.Inner, shape.Initial);
        _down = build.Linear(path + names.Down, shape.Inner, width, shape.Initial);
        if (names.Scales is { } scales)
        {
            var initial = new Initial(0, shape.LayerScale);
            (_attentionScale, _feedForwardScale) = (build.Get(path + scales.Attention, initial, width), build.Get(path + scales.FeedForward, initial, width));
        }

        Sites = new LayerSites(path, [_queryKeyValue, _attentionOutput, _up, _down], [_attentionNorm, _feedForwardNorm]) { TakesPrompts = true };
    }

    /// <summary>Where adapters take hold; a causal block has no place for prefix and prompts, and its encoder does not show its sites.</summary>
    public LayerSites Sites { get; }

    /// <summary>The block's result, of every row or of those that are read.</summary>
    /// <param name="x">[tokens, hidden].</param>
    /// <param name="offsets">[sequences + 1]: the first row of each sequence, and the number of rows; of one length where the block has prefix or prompts.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <param name="read">The one row of each sequence that is read, int64 [sequences], of which alone query, projection and feed-forward are computed; null for all. In a causal block the last.</param>
    /// <returns>[tokens, hidden] or [sequences, hidden].</returns>
    public Tensor Forward(Tensor x, int[] offsets, DropoutPlaces dropout, Tensor? read = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor context = Attention(_attentionNorm.Forward(x), offsets, dropout, read);
        Tensor residual = read is null ? x : x.index_select(0, read);
        Tensor attended = ResidualSum.Of(residual, _attentionOutput.Forward(context), dropout, _shape.ProjectionDropout, Sites.AfterAttention, _attentionScale);
        Tensor output = FeedForward(_feedForwardNorm.Forward(attended));
        return ResidualSum.Of(attended, output, dropout, _shape.FeedForwardDropout, Sites.AfterFeedForward, _feedForwardScale).MoveToOuterDisposeScope();
    }

    private Tensor FeedForward(Tensor x)
    {
        if (!_shape.Gated)
        {
            return Engine.FeedForward.Apply(x, _up, _shape.Activation, _down);
        }

        Tensor both = _up.Forward(x);
        return _down.Forward(F.silu(both.narrow(1, 0, _shape.Inner)).mul(both.narrow(1, _shape.Inner, _shape.Inner)));
    }

    private Tensor Attention(Tensor normed, int[] offsets, DropoutPlaces dropout, Tensor? read)
    {
        double p = dropout.Rate(_shape.AttentionDropout);
        ulong key = dropout.NextKey();
        long width = _shape.Width;
        if (read is not null)
        {
            Tensor keyValue = _queryKeyValue.ForwardOutputs(normed, width, 2 * width);
            return Attention(_queryKeyValue.ForwardOutputs(normed.index_select(0, read), 0, width), keyValue, [.. Enumerable.Range(0, offsets.Length)], offsets, p, key);
        }

        if (!_shape.Causal && Sites.Prefix is null && Sites.Prompts.Count == 0)
        {
            return SelfAttention.Apply(normed, _queryKeyValue, offsets, _shape.Heads, p, key);
        }

        Tensor queryKeyValue = _queryKeyValue.Forward(normed);
        return _shape.Causal ? PaddedAttention.CausalSelfAttention(queryKeyValue, offsets, _shape.Heads, p, key)
            : Attention(queryKeyValue.narrow(1, 0, width), queryKeyValue.narrow(1, width, 2 * width), offsets, offsets, p, key);
    }

    private Tensor Attention(Tensor query, Tensor keyValue, int[] queryOffsets, int[] offsets, double dropout, ulong key)
    {
        if (Sites.Prefix is null && Sites.Prompts.Count == 0)
        {
            return PackedAttention.Attention(query, keyValue, queryOffsets, offsets, _shape.Heads, dropout, key);
        }

        int sequences = offsets.Length - 1;
        long width = _shape.Width;
        Tensor Each(Tensor rows, int count) => rows.shape[0] == count ? rows.unsqueeze(0).expand(sequences, count, 2 * width) : rows.reshape(sequences, count, 2 * width);
        List<Tensor> keys = [Each(keyValue, offsets[1])];
        keys.AddRange(Sites.Prompts.Select(prompt => Each(_queryKeyValue.ForwardOutputs(_attentionNorm.Forward(prompt.Rows(sequences)), width, 2 * width), prompt.Count)));
        if (Sites.Prefix is { } prefix)
        {
            keys.Add(Each(prefix.KeyValue(), prefix.Count));
        }

        Tensor all = cat(keys, 1);
        int length = (int)all.shape[1];
        return PackedAttention.Attention(query, all.view(-1, 2 * width), queryOffsets, [.. Enumerable.Range(0, sequences + 1).Select(s => s * length)], _shape.Heads, dropout, key);
    }
}
