using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// CLS-tuning's head (Glee, arXiv 2205.05461): Linear(d, d), tanh or ReLU, dropout, a layer norm if asked for, Linear(d, C), on the last state of token 0 or of a template's mask. The first layer is new, not BERT's pooler.
/// </summary>
public sealed class ClsHead : ClassificationHead
{
    /// <summary>The path of the first layer's parameters.</summary>
    public const string DensePath = "head.dense";

    /// <summary>The path of the last layer's parameters.</summary>
    public const string OutputPath = "head.out";

    /// <summary>The path of the layer norm's parameters.</summary>
    public const string NormPath = "head.ln";

    /// <summary>The epsilon of a fresh layer norm.</summary>
    public const double FreshEpsilon = 1e-5;

    /// <summary>The epsilon of the MLM head's layer norm.</summary>
    public const double PretrainedEpsilon = 1e-12;

    private readonly Linear _dense, _output;
    private readonly LayerNorm? _norm;
    private readonly Linear? _pooler;
    private readonly Activation _activation;
    private readonly double _dropout;

    /// <summary>Declares the head's parameters: weights N(0, init_std²), biases 0.</summary>
    /// <param name="recipe">Activation, norm, dropout and standard deviation.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="hiddenSize">Width of the state.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="mlm">The model's MLM head, when it has one.</param>
    /// <param name="pooler">The encoder's pooler, when it has one.</param>
    /// <exception cref="InputException">The norm is to be the MLM head's, and the model has none; or the model holds a head for another number of classes.</exception>
    public ClsHead(HeadRecipe recipe, ParameterBuilder build, int hiddenSize, int classes, BertMlmHead? mlm = null, Linear? pooler = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        RequireClasses(build, classes);
        int width = recipe.Width ?? hiddenSize;
        Initial Start(int inputs) => recipe.Init == HeadInit.Uniform ? Initial.UniformFor(inputs) : new Initial(recipe.InitStd);
        _pooler = recipe.Feature == HeadFeature.State ? null : pooler ?? build.Linear(BertEncoder.PoolerPath, hiddenSize, hiddenSize, new Initial(recipe.InitStd));
        _dense = build.Linear(DensePath, hiddenSize, width, Start(hiddenSize));
        _norm = recipe.Norm switch
        {
            HeadNorm.Fresh => build.LayerNorm(NormPath, width, FreshEpsilon),
            HeadNorm.Pretrained => PretrainedNorm(build, mlm, hiddenSize),
            _ => null,
        };
        _output = build.Linear(OutputPath, width, classes, Start(width));
        _activation = recipe.Activation == HeadActivation.Tanh ? Activation.Tanh : Activation.Relu;
        _dropout = recipe.Norm == HeadNorm.Pretrained ? 0 : recipe.Dropout;
        Classes = classes;
    }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <inheritdoc/>
    public override Linear? Output => _output;

    /// <inheritdoc/>
    public override IReadOnlyList<Linear> Linears => _pooler is null ? [_dense, _output] : [_pooler, _dense, _output];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters =>
        [.. _pooler is null ? Array.Empty<Parameter>() : [_pooler.Weight, _pooler.Bias!], _dense.Weight, _dense.Bias!, .. _norm is null ? Array.Empty<Parameter>() : [_norm.Weight, _norm.Bias], _output.Weight, _output.Bias!];

    /// <inheritdoc/>
    public override int FeatureWidth => (int)_output.Weight.Value.shape[1];

    /// <inheritdoc/>
    public override Tensor Features(Tensor state, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(dropout);
        Tensor features = dropout.Apply(_activation.Apply(_dense.Forward(_pooler?.Forward(state).tanh() ?? state)), _dropout);
        return _norm?.Forward(features) ?? features;
    }

    /// <inheritdoc/>
    public override Tensor Classify(Tensor features) => _output.Forward(features);

    /// <summary>Refuses a stored head of another number of classes.</summary>
    internal static void RequireClasses(ParameterBuilder build, int classes)
    {
        if (build.ShapeOf(OutputPath + ".weight") is [long stored, ..] && stored != classes)
        {
            throw new InputException($"the model's head tells {stored} classes apart and the data has {classes}; give the pretrained model it was tuned from, or data of the same classes");
        }
    }

    private static LayerNorm PretrainedNorm(ParameterBuilder build, BertMlmHead? mlm, int width)
    {
        if (build.Has(NormPath + ".weight"))
        {
            return build.LayerNorm(NormPath, width, PretrainedEpsilon);
        }

        LayerNorm norm = mlm?.Norm ?? throw new InputException("this checkpoint has no MLM head (cls.predictions), whose layer norm the head starts from; use a checkpoint of a masked language model, or norm: fresh");
        return new LayerNorm(build.Copy(NormPath + ".weight", norm.Weight), build.Copy(NormPath + ".bias", norm.Bias), PretrainedEpsilon);
    }
}
