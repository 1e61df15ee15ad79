using Tailor.Foundation;

namespace Tailor.Engine;

/// <summary>In what numbers a model computes. Its weights, and what is saved, are float32 in both.</summary>
public enum Precision
{
    /// <summary>Everything in float32.</summary>
    Fp32,

    /// <summary>The large products of linear layers in bfloat16, forward and backward; everything else in float32 (docs/decisions/14).</summary>
    Mixed,
}

/// <summary>The names of <see cref="Precision"/> on the command line and in <c>run.json</c>.</summary>
public static class PrecisionName
{
    private static readonly string[] Names = ["fp32", "mixed"];

    /// <summary>All names, the default first.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a precision.</summary>
    /// <param name="precision">The precision.</param>
    public static string Of(Precision precision) => Names[(int)precision];

    /// <summary>Reads a name.</summary>
    /// <param name="name">A name; null, in a file of an earlier version, is fp32.</param>
    /// <exception cref="InputException">There is no such precision.</exception>
    public static Precision Parse(string? name) => name is null ? Precision.Fp32
        : Array.IndexOf(Names, name) is >= 0 and int found ? (Precision)found
        : throw new InputException($"precision: '{name}' is not one of {string.Join(", ", Names)}{NearestName.Hint(name, Names)}");
}
