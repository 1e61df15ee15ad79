namespace Tailor.Evaluation;

/// <summary>A small picture as reports show it.</summary>
/// <param name="Name">What it is called: its file, and the place within it.</param>
/// <param name="Jpeg">The bytes of a JPEG, which the page holds itself.</param>
public sealed record ReportPicture(string Name, ReadOnlyMemory<byte> Jpeg);

/// <summary>Some training pictures of a class.</summary>
/// <param name="Class">The class id.</param>
/// <param name="Pictures">The pictures, at least one.</param>
public sealed record ClassSamples(int Class, IReadOnlyList<ReportPicture> Pictures);
