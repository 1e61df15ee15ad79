namespace Tailor.Backbones;

/// <summary>
/// The one place that knows under which names a checkpoint may hold a parameter: with or without the <c>bert.</c> prefix,
/// and <c>gamma</c>/<c>beta</c> for a layer norm's weight and bias in files converted from TensorFlow.
/// </summary>
public static class NameMap
{
    /// <summary>The names to look for, best first.</summary>
    /// <param name="name">The parameter's full name, such as <c>bert.embeddings.LayerNorm.weight</c>.</param>
    /// <param name="prefix">The architecture's prefix with its dot, such as <c>bert.</c>.</param>
    public static IEnumerable<string> Candidates(string name, string prefix)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prefix);
        yield return name;
        string bare = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        if (bare.Length != name.Length)
        {
            yield return bare;
        }

        if (Old(name) is { } old)
        {
            yield return old;
            if (bare.Length != name.Length)
            {
                yield return Old(bare)!;
            }
        }
    }

    private static string? Old(string name) =>
        name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? name[..^"weight".Length] + "gamma"
        : name.EndsWith("LayerNorm.bias", StringComparison.Ordinal) ? name[..^"bias".Length] + "beta"
        : null;
}
