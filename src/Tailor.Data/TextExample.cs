namespace Tailor.Data;

/// <summary>One row of a data set: a text or a pair of texts, and the class it belongs to.</summary>
/// <param name="Text">The text to classify.</param>
/// <param name="Pair">The second text of a pair, or null.</param>
/// <param name="Label">The name of the class, or null when it is not known.</param>
/// <param name="Line">The 1-based line of its file on which the record starts; 0 when it comes from no file.</param>
/// <param name="Origin">The <paramref name="Line"/> of the training example it was made from, when it is an augmentation that says so.</param>
public sealed record TextExample(string Text, string? Pair, string? Label, long Line, long? Origin = null);
