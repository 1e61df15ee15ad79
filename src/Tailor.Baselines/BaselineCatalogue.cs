using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>The baselines by name.</summary>
public static class BaselineCatalogue
{
    /// <summary>All of them, the plainest first.</summary>
    public static IReadOnlyList<IBaseline> All { get; } =
    [
        new MajorityBaseline(),
        new SvmBaseline(balanced: false),
        new SvmBaseline(balanced: true),
        new SdcaBaseline(),
        new ProbeBaseline(balanced: false),
        new ProbeBaseline(balanced: true),
    ];

    /// <summary>Finds a baseline.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="InputException">There is none of that name; the message has the nearest.</exception>
    public static IBaseline Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        IEnumerable<string> names = All.Select(baseline => baseline.Name);
        return All.FirstOrDefault(baseline => baseline.Name == name)
            ?? throw new InputException($"baseline '{name}' is not known{NearestName.Hint(name, names)}; the baselines are {string.Join(", ", names)}");
    }
}
