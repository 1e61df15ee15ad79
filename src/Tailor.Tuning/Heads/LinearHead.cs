using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Dropout and Linear(d, C) on the state at the read position, as image classifiers have it (Dosovitskiy et al., ICLR 2021, section 3.2, at fine-tuning).</summary>
public sealed class LinearHead : ClassificationHead
{
    private readonly Linear _output;
    private readonly double _dropout;

    /// <summary>Declares the head's parameters.</summary>
    /// <param name="recipe">Dropout and how the weights start.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="hiddenSize">Width of the state.</param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="InputException">The model holds a head for another number of classes.</exception>
    public LinearHead(HeadRecipe recipe, ParameterBuilder build, int hiddenSize, int classes)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ClsHead.RequireClasses(build, classes);
        _output = build.Linear(ClsHead.OutputPath, hiddenSize, classes, Start(recipe, hiddenSize));
        _dropout = recipe.Dropout;
        Classes = classes;
    }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <inheritdoc/>
    public override Linear? Output => _output;

    /// <inheritdoc/>
    public override IReadOnlyList<Linear> Linears => [_output];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [_output.Weight, _output.Bias!];

    /// <inheritdoc/>
    public override int FeatureWidth => (int)_output.Weight.Value.shape[1];

    /// <inheritdoc/>
    public override Tensor Features(Tensor state, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(dropout);
        return dropout.Apply(state, _dropout);
    }

    /// <inheritdoc/>
    public override Tensor Classify(Tensor features) => _output.Forward(features);

    /// <summary>How a weight of so many inputs starts; a start from features comes after it (<see cref="HeadInitialization"/>).</summary>
    internal static Initial Start(HeadRecipe recipe, long inputs) => recipe.Init switch
    {
        HeadInit.Uniform => Initial.UniformFor(inputs),
        HeadInit.Zeros => Initial.Zeros,
        _ => new Initial(recipe.InitStd),
    };
}
