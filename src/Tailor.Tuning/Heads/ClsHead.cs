using Tailor.Backbones;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// CLS-tuning's head (Glee, arXiv 2205.05461): Linear(d, d), tanh or ReLU, dropout, Linear(d, C), on the last state of token 0. The first layer is new, not BERT's pooler.
/// </summary>
public sealed class ClsHead : ClassificationHead
{
    /// <summary>The path of the first layer's parameters.</summary>
    public const string DensePath = "head.dense";

    /// <summary>The path of the last layer's parameters.</summary>
    public const string OutputPath = "head.out";

    private readonly Linear _dense;
    private readonly Activation _activation;
    private readonly double _dropout;

    /// <summary>Declares the head's parameters: weights N(0, init_std²), biases 0.</summary>
    /// <param name="recipe">Activation, dropout and standard deviation.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="hiddenSize">Width of the state.</param>
    /// <param name="classes">The number of classes.</param>
    public ClsHead(HeadRecipe recipe, ParameterBuilder build, int hiddenSize, int classes)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        var initial = new Initial(recipe.InitStd);
        _dense = build.Linear(DensePath, hiddenSize, hiddenSize, initial);
        Output = build.Linear(OutputPath, hiddenSize, classes, initial);
        _activation = recipe.Activation == HeadActivation.Tanh ? Activation.Tanh : Activation.Relu;
        _dropout = recipe.Dropout;
    }

    /// <inheritdoc/>
    public override Linear Output { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [_dense.Weight, _dense.Bias!, Output.Weight, Output.Bias!];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor state, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(dropout);
        return Output.Forward(dropout.Apply(_activation.Apply(_dense.Forward(state)), _dropout));
    }
}
