namespace Tailor.Bench;

/// <summary>A stage in which some layers stand still.</summary>
internal abstract class ReuseCase
{
    /// <summary>Every case.</summary>
    public static IReadOnlyList<ReuseCase> All { get; } = [new TextReuseCase("linear-probe", "linear-probe"), new TextReuseCase("two-stage", "two-stage"), new LptReuseCase()];

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What is missing when the case cannot run here, or null.</summary>
    /// <param name="shared">The folder with data and models.</param>
    public abstract string? Lack(string shared);

    /// <summary>Times epochs in turn.</summary>
    /// <param name="shared">The folder with data and models.</param>
    /// <param name="rounds">Epochs of each side.</param>
    /// <returns>Milliseconds of the epochs of both sides, for each variant.</returns>
    public abstract IEnumerable<(string Name, double[] Kept, double[] Anew)> Measure(string shared, int rounds);
}
