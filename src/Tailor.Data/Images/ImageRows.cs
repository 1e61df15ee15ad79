namespace Tailor.Data;

/// <summary>The pictures of one part as its files have them.</summary>
/// <param name="Examples">The pictures in order.</param>
/// <param name="Names">The classes in the order the files give them, or null where the order of first appearance is as good as any.</param>
/// <param name="Notes">What was noticed, a sentence each.</param>
internal sealed record ImageRows(IReadOnlyList<ImageExample> Examples, IReadOnlyList<string>? Names, IReadOnlyList<string> Notes)
{
    /// <summary>The classes, when no file beside the data says them.</summary>
    public LabelSet Labels => new(Names ?? Examples.Select(e => e.Label).Distinct(StringComparer.Ordinal));
}
