using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>From the state at the read position to class logits.</summary>
public abstract class ClassificationHead
{
    /// <summary>The head's parameters.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The head's linear layers.</summary>
    public abstract IReadOnlyList<Linear> Linears { get; }

    /// <summary>The number of classes.</summary>
    public abstract int Classes { get; }

    /// <summary>The layer whose rows are the classes, [classes, width], or null when there is none; post-hoc calibrations need its norms.</summary>
    public abstract Linear? Output { get; }

    /// <summary>The rows of the classes as the scores see them, [classes, width], or null when there are none.</summary>
    public virtual Tensor? ClassRows => Output?.Weight.Value;

    /// <summary>Width of <see cref="Features"/>.</summary>
    public abstract int FeatureWidth { get; }

    /// <summary>What the last layer reads.</summary>
    /// <param name="state">[examples, hidden].</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[examples, width].</returns>
    public abstract Tensor Features(Tensor state, DropoutPlaces dropout);

    /// <summary>Class logits of features.</summary>
    /// <param name="features">[examples, width].</param>
    /// <returns>[examples, classes].</returns>
    public abstract Tensor Classify(Tensor features);

    /// <summary>Class logits.</summary>
    /// <param name="state">[examples, hidden].</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[examples, classes].</returns>
    public Tensor Forward(Tensor state, DropoutPlaces dropout) => Classify(Features(state, dropout));

    /// <summary>Makes the head a recipe asks for. To add a head: its own file, a value of <see cref="HeadKind"/>, and a line here.</summary>
    /// <param name="recipe">What the recipe says.</param>
    /// <param name="backbone">The model it stands on.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="verbalizer">The classes' words; only a head of kind <see cref="HeadKind.Mlm"/> needs them.</param>
    public static ClassificationHead Create(HeadRecipe recipe, TextBackbone backbone, int classes, Verbalizer? verbalizer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(backbone);
        return recipe.Kind switch
        {
            HeadKind.Cls => new ClsHead(recipe, backbone.Build, backbone.Config.HiddenSize, classes, backbone.MlmHead, backbone.Encoder.Pooler),
            HeadKind.Mlm => MlmHead.On(recipe, backbone, verbalizer!),
            _ => Create(recipe, backbone.Build, backbone.Config.HiddenSize, classes),
        };
    }

    /// <summary>Makes the head a recipe asks for on a backbone that has neither words nor a pooler.</summary>
    /// <param name="recipe">What the recipe says.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="hiddenSize">Width of the state.</param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="InputException">The head reads words, which pictures have none of.</exception>
    public static ClassificationHead Create(HeadRecipe recipe, ParameterBuilder build, int hiddenSize, int classes)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Kind switch
        {
            HeadKind.Cls => new ClsHead(recipe, build, hiddenSize, classes),
            HeadKind.Linear => new LinearHead(recipe, build, hiddenSize, classes),
            HeadKind.Cosine => new CosineHead(recipe, build, hiddenSize, classes),
            HeadKind.Mlm => throw new InputException("head kind mlm reads the words of a masked language model, which an encoder of images has none of; take head kind linear or cosine"),
            _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Kind, "Not a head."),
        };
    }
}
