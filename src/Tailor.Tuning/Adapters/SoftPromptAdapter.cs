using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Prompt tuning (Lester et al., EMNLP 2021): trained embeddings before the words. With a projection it is P-tuning (Liu et al., 2021): a three-layer network's result on a small embedding.
/// A [CLS] head reads the first of them, as PEFT's sequence classification does; a mask is read where it stands.
/// </summary>
public sealed class SoftPromptAdapter : Adapter
{
    private readonly EncoderSites _sites;
    private readonly Parameter _embedding;
    private readonly Linear[] _layers;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">How many positions, the projection's width, and how they start.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <param name="hidden">Its width.</param>
    public SoftPromptAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites, int hidden)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        _sites = sites;
        _embedding = build.Get("prompt_encoder.embedding.weight", new Initial(recipe.InitStd), recipe.Tokens, hidden);
        _layers = recipe.Projection is { } width
            ?
            [
                build.Linear("prompt_encoder.mlp_head.0", hidden, width, Initial.UniformFor(hidden)),
                build.Linear("prompt_encoder.mlp_head.2", width, width, Initial.UniformFor(width)),
                build.Linear("prompt_encoder.mlp_head.4", width, hidden, Initial.UniformFor(width)),
            ]
            : [];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [_embedding, .. _layers.SelectMany(layer => new[] { layer.Weight, layer.Bias! })];

    /// <inheritdoc/>
    public override bool CanMerge => false;

    /// <inheritdoc/>
    public override int Positions => (int)_embedding.Value.shape[0];

    /// <summary>The embeddings, [tokens, hidden]: what PEFT stores as <c>prompt_embeddings</c>.</summary>
    public Tensor Rows() => _layers.Length == 0
        ? _embedding.Value.alias()
        : _layers[2].Forward(_layers[1].Forward(_layers[0].Forward(_embedding.Value).relu()).relu());

    /// <inheritdoc/>
    public override void Attach() => _sites.Prompt = new Prompt(this);

    /// <inheritdoc/>
    public override void Detach() => _sites.Prompt = null;

    private sealed class Prompt(SoftPromptAdapter adapter) : SoftPrompt
    {
        public override int Count => adapter.Positions;

        public override Tensor Rows() => adapter.Rows();
    }
}
