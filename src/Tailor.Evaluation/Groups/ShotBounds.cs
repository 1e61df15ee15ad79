namespace Tailor.Evaluation;

/// <summary>Whose bounds between many, medium and few training examples; they differ in the classes of exactly 20.</summary>
public enum ShotBounds
{
    /// <summary>Many above 100, medium 20 to 100, few below 20 (Liu et al., "Large-scale long-tailed recognition in an open world", CVPR 2019).</summary>
    Oltr,

    /// <summary>Many above 100, medium 21 to 100, few up to 20 (the code of LPT, ICLR 2023).</summary>
    Lpt,
}

/// <summary>How options and files spell <see cref="ShotBounds"/>.</summary>
public static class ShotBoundsName
{
    private static readonly (string Name, ShotBounds Bounds)[] Known = [("oltr", ShotBounds.Oltr), ("lpt", ShotBounds.Lpt)];

    /// <summary>All names, the usual first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Select(known => known.Name)];

    /// <summary>The name of bounds.</summary>
    /// <param name="bounds">The bounds.</param>
    public static string Of(ShotBounds bounds) => Known.Single(known => known.Bounds == bounds).Name;

    /// <summary>The bounds of a name; those of <see cref="ShotBounds.Oltr"/> where a file of before there was a choice says nothing.</summary>
    /// <param name="name">A name, or null.</param>
    /// <exception cref="FormatException">There is no such name.</exception>
    public static ShotBounds Parse(string? name) => name is null
        ? ShotBounds.Oltr
        : Array.FindIndex(Known, known => known.Name == name) is >= 0 and var index
            ? Known[index].Bounds
            : throw new FormatException($"groups '{name}' are not known");
}
