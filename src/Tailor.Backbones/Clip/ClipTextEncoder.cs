using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>
/// The text tower of CLIP (Radford et al., ICML 2021) over packed tokens: a causal transformer with the norms first. A text's feature is the normalised state of its end-of-text token, which
/// is its last: what <see cref="ClipTokenizer.EncodeIds"/> gives ends so. Names are those of <c>transformers.CLIPTextModelWithProjection</c>, which are those of the tower in a <c>CLIPModel</c>.
/// </summary>
public sealed class ClipTextEncoder
{
    internal const string Prefix = "text_model.", ProjectionName = "text_projection.weight";

    private readonly Parameter _tokens, _positions;
    private readonly PreNormBlock[] _blocks;
    private readonly LayerNorm _finalNorm;

    /// <summary>Declares the encoder's parameters.</summary>
    /// <param name="config">Its settings.</param>
    /// <param name="build">Where the parameters come from.</param>
    public ClipTextEncoder(ClipTextConfig config, ParameterBuilder build)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(build);
        Config = config;
        var initial = new Initial(config.InitializerRange);
        const string path = Prefix + "embeddings.";
        _tokens = build.Get(path + "token_embedding.weight", initial, sparseRows: true, config.VocabularySize, config.HiddenSize);
        _positions = build.Get(path + "position_embedding.weight", initial, sparseRows: true, config.MaxPositions, config.HiddenSize);
        var shape = new PreNormShape(config.HiddenSize, config.IntermediateSize, config.Heads, config.LayerNormEpsilon, config.HiddenActivation)
        {
            Initial = initial,
            AttentionDropout = config.AttentionDropout,
            Causal = true,
        };
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new PreNormBlock(shape, PreNormNames.Clip($"{Prefix}encoder.layers.{i}."), build))];
        _finalNorm = build.LayerNorm(Prefix + "final_layer_norm", config.HiddenSize, config.LayerNormEpsilon);
        Projection = config.ProjectionSize is { } size ? new Linear(build.Get(ProjectionName, initial, size, config.HiddenSize), bias: null) : null;
    }

    /// <summary>The settings.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>The projection of the feature to the space shared with images, [projection, hidden] without bias; null where there is none.</summary>
    public Linear? Projection { get; }

    /// <summary>The states of all tokens after the last block and the final norm.</summary>
    /// <param name="batch">The texts, each with its end-of-text token last.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <param name="observe">Called with (0, embeddings), (1, after the first block), ..., all before the final norm; for inspection and tests.</param>
    /// <returns>[tokens, hidden].</returns>
    public Tensor Forward(PackedBatch batch, DropoutPlaces dropout, Action<int, Tensor>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(dropout);
        using DisposeScope scope = NewDisposeScope();
        return _finalNorm.Forward(Run(batch, _blocks.Length, dropout, observe)).MoveToOuterDisposeScope();
    }

    /// <summary>The feature of each text: its last token's state after the final norm. In the last block only that row's query, projection and feed-forward are computed, which is exact.</summary>
    /// <param name="batch">The texts, each with its end-of-text token last; their read positions are not looked at.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[texts, hidden].</returns>
    public Tensor ForwardRead(PackedBatch batch, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(dropout);
        using DisposeScope scope = NewDisposeScope();
        Tensor before = Run(batch, _blocks.Length - 1, dropout), last = tensor(batch.Offsets.Skip(1).Select(end => end - 1L).ToArray(), device: before.device);
        return _finalNorm.Forward(_blocks[^1].Forward(before, batch.Offsets, dropout, last)).MoveToOuterDisposeScope();
    }

    private Tensor Run(PackedBatch batch, int blocks, DropoutPlaces dropout, Action<int, Tensor>? observe = null)
    {
        Tensor x = RowGather.Apply(_tokens, batch.TokenIds).add(RowGather.Apply(_positions, batch.Positions), LastingScalar.One);
        observe?.Invoke(0, x);
        for (int i = 0; i < blocks; i++)
        {
            using Tensor? below = observe is null ? x : null;
            x = _blocks[i].Forward(x, batch.Offsets, dropout);
            observe?.Invoke(i + 1, x);
        }

        return x;
    }
}
