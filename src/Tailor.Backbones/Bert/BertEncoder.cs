using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>
/// The BERT encoder (Devlin et al., 2019) over packed tokens: embeddings, then per layer self-attention and feed-forward, each with dropout, residual and layer norm after it.
/// Parameter names are those of <c>transformers.BertModel</c> under <c>bert.</c>; query, key and value are one leaf, split again on saving.
/// </summary>
public sealed class BertEncoder
{
    /// <summary>The path of BERT's pooler.</summary>
    public const string PoolerPath = "bert.pooler.dense";

    private readonly Parameter _words, _positions, _types;
    private readonly LayerNorm _embeddingNorm;
    private readonly BertLayer[] _layers;
    private readonly Linear? _pooler;

    /// <summary>Declares the encoder's parameters.</summary>
    /// <param name="config">Its settings.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="withPooler">Whether <c>bert.pooler</c> is part of it.</param>
    public BertEncoder(BertConfig config, ParameterBuilder build, bool withPooler)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(build);
        Config = config;
        var initial = new Initial(config.InitializerRange);
        const string path = "bert.embeddings.";
        _words = build.Get(path + "word_embeddings.weight", initial, sparseRows: true, config.VocabularySize, config.HiddenSize);
        _positions = build.Get(path + "position_embeddings.weight", initial, sparseRows: true, config.MaxPositions, config.HiddenSize);
        _types = build.Get(path + "token_type_embeddings.weight", initial, sparseRows: true, config.TokenTypes, config.HiddenSize);
        _embeddingNorm = build.LayerNorm(path + "LayerNorm", config.HiddenSize, config.LayerNormEpsilon);
        _layers = Enumerable.Range(0, config.Layers).Select(i => new BertLayer(config, build, $"bert.encoder.layer.{i}.")).ToArray();
        Sites = new EncoderSites([.. _layers.Select(layer => layer.Sites)], [_embeddingNorm, .. _layers.SelectMany(layer => layer.Sites.Norms)]);
        _pooler = withPooler ? build.Linear(PoolerPath, config.HiddenSize, config.HiddenSize, initial) : null;
    }

    /// <summary>The settings.</summary>
    public BertConfig Config { get; }

    /// <summary>The word embedding, [vocabulary, hidden]; the MLM head's decoder is tied to it.</summary>
    public Parameter WordEmbedding => _words;

    /// <summary>Whether the encoder has BERT's pooler.</summary>
    public bool HasPooler => _pooler is not null;

    /// <summary>The pooler's linear layer, or null when the encoder has none.</summary>
    public Linear? Pooler => _pooler;

    /// <summary>Where adapters take hold.</summary>
    public EncoderSites Sites { get; }

    /// <summary>The states of all tokens after the last layer; those of a soft prompt stand before each sequence's own.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <param name="observe">Called with (0, embeddings), (1, after the first layer), ...; for inspection and tests.</param>
    /// <returns>[tokens, hidden].</returns>
    public Tensor Forward(PackedBatch batch, DropoutPlaces dropout, Action<int, Tensor>? observe = null)
    {
        (Tensor x, batch) = Embed(batch, dropout);
        observe?.Invoke(0, x);
        for (int i = 0; i < _layers.Length; i++)
        {
            using Tensor? below = observe is null ? x : null;
            x = _layers[i].Forward(x, batch, dropout);
            observe?.Invoke(i + 1, x);
        }

        return x;
    }

    /// <summary>
    /// The last state at each sequence's read position alone. In the last layer only that position's query, projection and feed-forward are computed, which is exact:
    /// nothing reads the others.
    /// </summary>
    /// <param name="batch">The tokens and read positions.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[sequences, hidden].</returns>
    public Tensor ForwardRead(PackedBatch batch, DropoutPlaces dropout)
    {
        (Tensor x, batch) = Embed(batch, dropout);
        return Read(0, x, batch, dropout);
    }

    /// <summary>The states of all tokens that a layer reads, without dropout.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="layer">The layer, from 1 to the last.</param>
    /// <returns>[tokens, hidden]; those of a soft prompt stand before each sequence's own.</returns>
    public Tensor StatesBefore(int layer, PackedBatch batch)
    {
        (Tensor x, batch) = Embed(batch, DropoutPlaces.Off);
        for (int i = 0; i < layer; i++)
        {
            using Tensor below = x;
            x = _layers[i].Forward(x, batch, DropoutPlaces.Off);
        }

        return x;
    }

    /// <summary>What <see cref="ForwardRead"/> gives, from the states that <see cref="StatesBefore"/> gave on.</summary>
    /// <param name="layer">The layer that reads them.</param>
    /// <param name="states">[tokens, hidden]; disposed.</param>
    /// <param name="batch">The tokens and read positions.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[sequences, hidden].</returns>
    public Tensor ForwardReadFrom(int layer, Tensor states, PackedBatch batch, DropoutPlaces dropout) => Read(layer, states, Seen(batch), dropout);

    /// <summary>BERT's pooler: tanh of a linear layer on the first token's state.</summary>
    /// <param name="first">[sequences, hidden].</param>
    /// <returns>[sequences, hidden].</returns>
    /// <exception cref="InvalidOperationException">The encoder was made without a pooler.</exception>
    public Tensor Pool(Tensor first) => (_pooler ?? throw new InvalidOperationException("This encoder has no pooler.")).Forward(first).tanh();

    private Tensor Read(int layer, Tensor x, PackedBatch batch, DropoutPlaces dropout)
    {
        for (int i = layer; i < _layers.Length - 1; i++)
        {
            using Tensor below = x;
            x = _layers[i].Forward(x, batch, dropout);
        }

        using Tensor last = x;
        return _layers[^1].ForwardRead(x, batch, dropout);
    }

    private PackedBatch Seen(PackedBatch batch) => Sites.Prompt is { } prompt ? batch.Preceded(prompt.Count) : batch;

    /// <summary>The embeddings, and the batch as the layers see it. A prefix or a soft prompt takes the first positions, as in PEFT.</summary>
    private (Tensor Embeddings, PackedBatch Batch) Embed(PackedBatch batch, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(dropout);
        PackedBatch seen = Seen(batch);
        using DisposeScope scope = NewDisposeScope();
        Tensor words = RowGather.Apply(_words, batch.TokenIds);
        if (Sites.Prompt is not null)
        {
            words = cat([Sites.Prompt.Rows(), words], 0).index_select(0, batch.Before(Sites.Prompt.Count).Index);
        }

        Tensor positions = Sites.Layers[0].Prefix is { } prefix ? seen.Positions.add(LastingScalar.Of(prefix.Count), LastingScalar.One) : seen.Positions;
        Tensor sum = words.add(RowGather.Apply(_positions, positions), LastingScalar.One).add(RowGather.Apply(_types, seen.TokenTypes), LastingScalar.One);
        return (dropout.Apply(_embeddingNorm.Forward(sum), Config.HiddenDropout).MoveToOuterDisposeScope(), seen);
    }
}
