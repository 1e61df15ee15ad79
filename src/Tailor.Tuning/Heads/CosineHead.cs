using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// A cosine classifier (Gidaris and Komodakis, CVPR 2018; LIFT, ICML 2024; LPT, ICLR 2023): z_c = s cos(x, w_c) of the state after dropout, without bias. The lengths of feature and row have no part in it; a row of zeros has the
/// cosine 0.
/// </summary>
public sealed class CosineHead : ClassificationHead
{
    private readonly Linear _output;
    private readonly double _scale, _dropout;

    /// <summary>Declares the head's one parameter, <c>head.out.weight</c> [classes, hidden]; fresh rows have length 1.</summary>
    /// <param name="recipe">Scale, dropout and how the weights start.</param>
    /// <param name="build">Where the parameter comes from.</param>
    /// <param name="hiddenSize">Width of the state.</param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="InputException">The model holds a head for another number of classes.</exception>
    public CosineHead(HeadRecipe recipe, ParameterBuilder build, int hiddenSize, int classes)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ClsHead.RequireClasses(build, classes);
        _output = new Linear(Rows(recipe, build, ClsHead.OutputPath + ".weight", classes, hiddenSize), bias: null);
        (_scale, _dropout, Classes) = (recipe.Scale, recipe.Dropout, classes);
    }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <inheritdoc/>
    public override Linear? Output => _output;

    /// <inheritdoc/>
    public override Tensor? ClassRows => F.normalize(_output.Weight.Value, dim: 1);

    /// <summary>None: the rows are no layer's until they have length 1.</summary>
    public override IReadOnlyList<Linear> Linears => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [_output.Weight];

    /// <inheritdoc/>
    public override int FeatureWidth => (int)_output.Weight.Value.shape[1];

    /// <inheritdoc/>
    public override Tensor Features(Tensor state, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(dropout);
        return dropout.Apply(state, _dropout);
    }

    /// <inheritdoc/>
    public override Tensor Classify(Tensor features) => Scores(features, _output.Weight.Value, _scale);

    /// <summary>Cosines times a scale.</summary>
    /// <param name="features">[examples, width].</param>
    /// <param name="rows">[classes, width].</param>
    /// <param name="scale">What the cosines are multiplied by.</param>
    /// <returns>[examples, classes].</returns>
    internal static Tensor Scores(Tensor features, Tensor rows, double scale) => Linear.Apply(F.normalize(features, dim: 1), F.normalize(rows, dim: 1), bias: null).mul(LastingScalar.Of(scale));

    /// <summary>The rows of the classes as a parameter: normal or uniform in ±1, brought to length 1 unless the checkpoint holds them.</summary>
    internal static Parameter Rows(HeadRecipe recipe, ParameterBuilder build, string name, int classes, long width)
    {
        Parameter rows = build.Get(name, recipe.Init == HeadInit.Uniform ? new Initial(0) { Bound = 1 } : new Initial(1), classes, width);
        if (!build.Has(name))
        {
            using DisposeScope scope = NewDisposeScope();
            using var _ = no_grad();
            rows.Value.copy_(F.normalize(rows.Value, dim: 1));
        }

        return rows;
    }
}
