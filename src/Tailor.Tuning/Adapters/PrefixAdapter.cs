using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Prefix tuning (Li and Liang, ACL 2021), P-tuning v2 (Liu et al., ACL 2022) without its projection: trained keys and values before those of every layer. With a projection they are
/// a two-layer network's result on a small embedding. The layout of a row is PEFT's: for each layer its key, then its value.
/// </summary>
public sealed class PrefixAdapter : Adapter
{
    private readonly IReadOnlyList<LayerSites> _layers;
    private readonly Parameter _embedding;
    private readonly Linear? _up, _down;
    private readonly long _hidden;
    private Tensor? _rows;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">How many positions, the projection's width, and how they start.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <param name="hidden">Its width.</param>
    public PrefixAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites, int hidden)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        _layers = sites.Layers;
        _hidden = hidden;
        long row = 2L * hidden * _layers.Count;
        Initial start = new(recipe.InitStd);
        _embedding = build.Get("prompt_encoder.embedding.weight", start, recipe.Tokens, recipe.Projection is null ? row : hidden);
        if (recipe.Projection is { } width)
        {
            _down = build.Linear("prompt_encoder.transform.0", hidden, width, Initial.UniformFor(hidden));
            _up = build.Linear("prompt_encoder.transform.2", width, row, Initial.UniformFor(width));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => _down is null ? [_embedding] : [_embedding, _down.Weight, _down.Bias!, _up!.Weight, _up.Bias!];

    /// <inheritdoc/>
    public override bool CanMerge => false;

    /// <inheritdoc/>
    public override int Positions => (int)_embedding.Value.shape[0];

    /// <summary>Keys and values of all layers, [tokens, layers * 2 * hidden]: what PEFT stores as <c>prompt_embeddings</c>.</summary>
    public Tensor Rows() => _down is null ? _embedding.Value.alias() : _up!.Forward(_down.Forward(_embedding.Value).tanh());

    /// <inheritdoc/>
    public override void Begin(DropoutPlaces dropout) => _rows = Rows();

    /// <inheritdoc/>
    public override void Attach()
    {
        for (int i = 0; i < _layers.Count; i++)
        {
            _layers[i].Prefix = new LayerPrefix(this, i);
        }
    }

    /// <inheritdoc/>
    public override void Detach()
    {
        foreach (LayerSites layer in _layers)
        {
            layer.Prefix = null;
        }
    }

    private sealed class LayerPrefix(PrefixAdapter prefix, int layer) : AttentionPrefix
    {
        public override int Count => prefix.Positions;

        public override Tensor KeyValue() => prefix._rows!.narrow(1, 2 * prefix._hidden * layer, 2 * prefix._hidden);
    }
}
