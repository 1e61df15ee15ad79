namespace Tailor.Evaluation;

/// <summary>A line of how a result was made.</summary>
/// <param name="Name">Such as <c>seed</c>.</param>
/// <param name="Value">Such as <c>42</c>.</param>
public sealed record ReportFact(string Name, string Value);

/// <summary>A file that is printed whole, to be saved and used again.</summary>
/// <param name="Name">Its name, such as <c>recipe.yaml</c>.</param>
/// <param name="Content">Its content.</param>
public sealed record ReportFile(string Name, string Content);

/// <summary>A part of the data.</summary>
/// <param name="Name">train, dev or test.</param>
/// <param name="Examples">Its examples.</param>
public sealed record SplitSize(string Name, int Examples);
