using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>A parameter-efficient module on a backbone: parameters added to it, or a choice of its own that train while the rest stays frozen.</summary>
public abstract class Adapter
{
    /// <summary>The parameters that it adds.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The backbone's own parameters that it trains; none for most kinds.</summary>
    public virtual IReadOnlyList<Parameter> BackboneParameters => [];

    /// <summary>The backbone's linear layers that it changes; with <see cref="LinearAdapter.Merged"/> it can be folded into them.</summary>
    public virtual IReadOnlyList<Linear> Linears => [];

    /// <summary>The backbone's layer norms that it changes, and can be folded into.</summary>
    public virtual IReadOnlyList<LayerNorm> Norms => [];

    /// <summary>What the pass that was made last adds to each example's loss, [examples], or null.</summary>
    public virtual Tensor? Penalty => null;

    /// <summary>Whether a plain backbone can compute what the adapted one does.</summary>
    public abstract bool CanMerge { get; }

    /// <summary>Positions that it takes from the longest input.</summary>
    public virtual int Positions => 0;

    /// <summary>The first layer that one of its own parameters acts in, from 0, where the parameter's name does not say so.</summary>
    /// <param name="parameter">One of <see cref="Parameters"/>.</param>
    public virtual int FirstLayer(Parameter parameter) => 0;

    /// <summary>Those of its parameters that train in a stage; all of them in most kinds.</summary>
    /// <param name="stage">The stage.</param>
    public virtual IReadOnlyList<Parameter> TrainedIn(StageRecipe stage) => Parameters;

    /// <summary>Takes the form it has in a stage; what is deployed has that of the last. Called before <see cref="Attach"/>.</summary>
    /// <param name="stage">The stage.</param>
    public virtual void Enter(StageRecipe stage)
    {
    }

    /// <summary>Called before every forward pass of the model.</summary>
    /// <param name="dropout">The pass's dropout.</param>
    public virtual void Begin(DropoutPlaces dropout)
    {
    }

    /// <summary>Takes hold of the backbone.</summary>
    public abstract void Attach();

    /// <summary>Lets go of the backbone, which then computes what it did before.</summary>
    public abstract void Detach();

    /// <summary>Makes and attaches the adapter a recipe asks for.</summary>
    /// <param name="recipe">What the recipe says.</param>
    /// <param name="backbone">The model it stands on.</param>
    /// <returns>The adapter, or null when the recipe has none.</returns>
    /// <exception cref="InputException">The model has no such layer or module, or is too narrow for the rank.</exception>
    public static Adapter? Create(AdapterRecipe recipe, TextBackbone backbone)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        return Create(recipe, backbone.Build, backbone.Encoder.Sites, backbone.Config.HiddenSize);
    }

    /// <summary>Makes and attaches the adapter a recipe asks for. To add one: its own file, a value of <see cref="AdapterKind"/>, and a line here.</summary>
    /// <param name="recipe">What the recipe says.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder's sites.</param>
    /// <param name="hidden">The encoder's width.</param>
    /// <returns>The adapter, or null when the recipe has none.</returns>
    /// <exception cref="InputException">The model has no such layer or module, or is too narrow for the rank.</exception>
    public static Adapter? Create(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites, int hidden)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        Adapter? adapter = recipe.Kind switch
        {
            AdapterKind.None => null,
            AdapterKind.Lora => new LoraAdapter(recipe, build, sites),
            AdapterKind.Ia3 => new Ia3Adapter(recipe, build, sites),
            AdapterKind.Prefix => new PrefixAdapter(recipe, build, sites, hidden),
            AdapterKind.SoftPrompt => new SoftPromptAdapter(recipe, build, sites, hidden),
            AdapterKind.Bottleneck => new BottleneckAdapter(recipe, build, sites, hidden),
            AdapterKind.BitFit => new BitFitAdapter(recipe, sites),
            AdapterKind.LayerNorm => new LayerNormAdapter(sites),
            AdapterKind.DeepPrompt => new DeepPromptAdapter(recipe, build, sites, hidden),
            AdapterKind.Lpt => new LptAdapter(recipe, build, sites, hidden),
            AdapterKind.AdaptFormer => new AdaptFormerAdapter(recipe, build, sites, hidden),
            AdapterKind.Ssf => new SsfAdapter(recipe, build, sites),
            _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Kind, "Not an adapter."),
        };
        adapter?.Attach();
        return adapter;
    }
}
