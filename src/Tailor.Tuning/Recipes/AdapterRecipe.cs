namespace Tailor.Tuning;

/// <summary>The small modules set into the backbone.</summary>
public sealed record AdapterRecipe
{
    /// <summary>The kind of adapter.</summary>
    public AdapterKind Kind { get; init; }

    /// <summary>LoRA's rank r, 1 to 65536, and at most the width of what it adapts; null for <see cref="BottleneckRule"/>.</summary>
    public int? Rank { get; init; } = 8;

    /// <summary>LoRA's α, above 0 and at most 10000: the update counts α / r.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>The share of LoRA's inputs dropped while training, in [0, 1).</summary>
    public double Dropout { get; init; }

    /// <summary>Whether LoRA's update counts α / √r (rank-stabilised).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>Whether LoRA learns the norms of the rows apart (DoRA).</summary>
    public bool Magnitude { get; init; }

    /// <summary>Which biases of the backbone LoRA trains.</summary>
    public AdapterBias Bias { get; init; }

    /// <summary>The modules that LoRA or (IA)³ adapts, by the end of their paths: <c>query</c>, <c>key</c>, <c>value</c>, <c>attention.output.dense</c>, <c>intermediate.dense</c>, <c>output.dense</c>.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["query", "value"];

    /// <summary>Those of the targets that (IA)³ scales at their inputs, not their outputs.</summary>
    public IReadOnlyList<string> InputTargets { get; init; } = [];

    /// <summary>The encoder layers that are adapted, from 0; none names all.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>Positions of a prefix or a soft prompt, 1 to 1024.</summary>
    public int Tokens { get; init; } = 16;

    /// <summary>The width of the network that makes a prefix or a soft prompt, 1 to 65536; null trains it directly.</summary>
    public int? Projection { get; init; }

    /// <summary>The width of a bottleneck, 1 to 65536; null for <see cref="BottleneckRule"/>.</summary>
    public int? Width { get; init; } = 32;

    /// <summary>Where bottlenecks stand.</summary>
    public AdapterPlacement Placement { get; init; }

    /// <summary>LPT's K: blocks that have the shared prompts alone, 0 to 999.</summary>
    public int SharedLayers { get; init; } = 6;

    /// <summary>The sets of LPT's pool, 1 to 4096.</summary>
    public int Pool { get; init; } = 20;

    /// <summary>How many of them an image chooses, 1 to 4096 and at most the pool.</summary>
    public int TopK { get; init; } = 2;

    /// <summary>What the mean cosine of an image's query with the keys it chose counts beside its loss, at least 0 and at most 100.</summary>
    public double Matching { get; init; } = 1;

    /// <summary>The standard deviation of a new prefix or soft prompt, above 0 and at most 1.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <summary>The rank or width that leaves the adapter about as many parameters as the head has (LIFT, ICML 2024, arXiv 2309.10019): 2^⌊log2(C / (2 L))⌋, at least 1.</summary>
    /// <param name="classes">C, at least 1.</param>
    /// <param name="layers">L, the encoder's layers, at least 1.</param>
    public static int BottleneckRule(int classes, int layers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);

        // ⌊log2(C / (2 L))⌋ is that of the whole quotient, which is exact.
        return 1 << int.Log2(Math.Max(1, (int)(classes / (2L * layers))));
    }

    /// <summary>The recipe with its rank and width as numbers.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="layers">The encoder's layers.</param>
    public AdapterRecipe For(int classes, int layers) => this with { Rank = Rank ?? BottleneckRule(classes, layers), Width = Width ?? BottleneckRule(classes, layers) };

    /// <summary>A rank or width that is a number by now.</summary>
    internal static int Known(int? value) => value ?? throw new InvalidOperationException("Rank and width are numbers once classes and layers are known: call For.");

    /// <summary>Whether every value of the two is the same.</summary>
    /// <param name="other">The adapter to compare with.</param>
    public bool Equals(AdapterRecipe? other) => other is not null
        && (Kind, Rank, Alpha, Dropout, RankStabilized, Magnitude, Bias) == (other.Kind, other.Rank, other.Alpha, other.Dropout, other.RankStabilized, other.Magnitude, other.Bias)
        && (SharedLayers, Pool, TopK, Matching) == (other.SharedLayers, other.Pool, other.TopK, other.Matching)
        && (Tokens, Projection, Width, Placement, InitStd) == (other.Tokens, other.Projection, other.Width, other.Placement, other.InitStd)
        && Targets.SequenceEqual(other.Targets) && InputTargets.SequenceEqual(other.InputTargets) && Layers.SequenceEqual(other.Layers);

    /// <summary>A hash of some of the values that <see cref="Equals(AdapterRecipe)"/> compares.</summary>
    public override int GetHashCode() => HashCode.Combine(Kind, Rank, Alpha, Tokens, Width);
}

/// <summary>The kinds of adapter.</summary>
public enum AdapterKind
{
    /// <summary>None: the backbone is as it was pretrained.</summary>
    None,

    /// <summary>Low-rank updates of linear layers (Hu et al., ICLR 2022).</summary>
    Lora,

    /// <summary>Learned scales of keys, values and feed-forward (Liu et al., NeurIPS 2022).</summary>
    Ia3,

    /// <summary>Trained keys and values in every layer (Li and Liang, ACL 2021; P-tuning v2, Liu et al., ACL 2022).</summary>
    Prefix,

    /// <summary>Trained embeddings before the words (Lester et al., EMNLP 2021; P-tuning, Liu et al., 2021).</summary>
    SoftPrompt,

    /// <summary>Small two-layer networks beside or behind blocks (Houlsby et al., ICML 2019; Pfeiffer et al., EACL 2021; He et al., ICLR 2022).</summary>
    Bottleneck,

    /// <summary>The biases of the layers train (Ben Zaken et al., ACL 2022).</summary>
    BitFit,

    /// <summary>The layer norms train (Qi et al., 2022).</summary>
    LayerNorm,

    /// <summary>Trained rows behind the patches in every block of a vision transformer (VPT-deep; Jia et al., ECCV 2022).</summary>
    DeepPrompt,

    /// <summary>Shared prompts and a pool of group prompts (LPT; Dong et al., ICLR 2023).</summary>
    Lpt,

    /// <summary>Bottlenecks with a norm of their own and ReLU (AdaptFormer, Chen et al., NeurIPS 2022; LIFT, Shi et al., ICML 2024).</summary>
    AdaptFormer,

    /// <summary>Learned scales and shifts behind linear layers and norms (Lian et al., NeurIPS 2022).</summary>
    Ssf,
}

/// <summary>Which biases of the backbone LoRA trains.</summary>
public enum AdapterBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those of the adapted modules.</summary>
    LoraOnly,

    /// <summary>All of the encoder's layers.</summary>
    All,
}

/// <summary>Where bottlenecks stand.</summary>
public enum AdapterPlacement
{
    /// <summary>Beside the feed-forward: on its input, added to its output.</summary>
    Parallel,

    /// <summary>Behind the feed-forward.</summary>
    Sequential,

    /// <summary>Behind the attention and behind the feed-forward.</summary>
    Houlsby,
}
