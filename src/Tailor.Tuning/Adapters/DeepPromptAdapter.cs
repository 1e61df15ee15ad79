using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>VPT-deep (Jia et al., ECCV 2022): every block of a vision transformer gets trained rows of its own behind the patches, and drops them after it. VPT-shallow is <see cref="SoftPromptAdapter"/>.</summary>
public sealed class DeepPromptAdapter : Adapter
{
    private readonly IReadOnlyList<LayerSites> _layers;
    private readonly SharedRows[] _prompts;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">Rows a block, their standard deviation, and which layers.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <param name="hidden">Its width.</param>
    /// <exception cref="InputException">The encoder takes no such prompts, or a layer does not exist.</exception>
    public DeepPromptAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites, int hidden)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        _layers = AdapterTargets.PromptLayers(recipe, sites);
        _prompts = [.. _layers.Select(layer => new SharedRows(build.Get(layer.Path + "prompt", new Initial(recipe.InitStd), recipe.Tokens, hidden)))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. _prompts.Select(prompt => prompt.Value)];

    /// <inheritdoc/>
    public override bool CanMerge => false;

    /// <inheritdoc/>
    public override void Attach()
    {
        foreach ((LayerSites layer, SharedRows prompt) in _layers.Zip(_prompts))
        {
            layer.Prompts = [prompt];
        }
    }

    /// <inheritdoc/>
    public override void Detach()
    {
        foreach (LayerSites layer in _layers)
        {
            layer.Prompts = [];
        }
    }
}

/// <summary>Trained rows that are the same for all images.</summary>
/// <param name="value">[rows, hidden].</param>
internal sealed class SharedRows(Parameter value) : BlockPrompt
{
    public Parameter Value => value;

    public override int Count => (int)value.Value.shape[0];

    public override Tensor Rows(int images) => value.Value;
}
