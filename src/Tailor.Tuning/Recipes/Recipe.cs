namespace Tailor.Tuning;

/// <summary>
/// A published method as data: input, adapter, head, stages and calibrations. A recipe file in YAML is read into this record by <c>RecipeReader</c>,
/// which has checked every value against the ranges given here. Two recipes are equal when every value is, stage by stage.
/// </summary>
public sealed record Recipe
{
    /// <summary>The name users call it by, lower-case words joined by hyphens, such as <c>cls-tanh</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One line that says what the method does.</summary>
    public required string Summary { get; init; }

    /// <summary>The paper and the section or table whose row this is.</summary>
    public required string Paper { get; init; }

    /// <summary>How a text becomes token ids.</summary>
    public InputRecipe Input { get; init; } = new();

    /// <summary>The small modules set into the backbone.</summary>
    public AdapterRecipe Adapter { get; init; } = new();

    /// <summary>The classifier on top of the backbone.</summary>
    public HeadRecipe Head { get; init; } = new();

    /// <summary>What is trained, one stage after the other; at least one.</summary>
    public required IReadOnlyList<StageRecipe> Stages { get; init; }

    /// <summary>What is done to the classifier after training, in order: at most one that changes the classifier itself, then a logit adjustment, then a temperature. None is of kind <see cref="CalibrationKind.None"/>.</summary>
    public IReadOnlyList<CalibrationRecipe> Calibrations { get; init; } = [];

    /// <summary>Whether it predicts numbers in the place of classes.</summary>
    public bool PredictsNumbers => Stages.Any(stage => stage.Loss.Kind == LossKind.Mse);

    /// <summary>Whether a text can be a recipe's name: lower-case letters, digits and hyphens, at most 64, no hyphen first. Such a name can be a folder's, too.</summary>
    /// <param name="text">The text.</param>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RecipeSchema.IsName(text);
    }

    /// <summary>Whether every value of the two recipes is the same; stages and calibrations are compared in order.</summary>
    /// <param name="other">The recipe to compare with.</param>
    public bool Equals(Recipe? other) => other is not null
        && (Name, Summary, Paper) == (other.Name, other.Summary, other.Paper)
        && Input == other.Input && Adapter == other.Adapter && Head == other.Head
        && Calibrations.SequenceEqual(other.Calibrations) && Stages.SequenceEqual(other.Stages);

    /// <summary>A hash of the values that <see cref="Equals(Recipe)"/> compares.</summary>
    public override int GetHashCode() => HashCode.Combine(Name, Input, Adapter, Head, Calibrations.Count, Stages.Count, Stages.Count > 0 ? Stages[0] : null);
}
