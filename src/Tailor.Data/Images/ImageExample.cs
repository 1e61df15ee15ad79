using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>One picture of a data set and the class it belongs to.</summary>
/// <param name="Source">Where the picture is; it is decoded when asked for.</param>
/// <param name="Label">The name of the class.</param>
/// <param name="Line">The 1-based line of the table or list that names it; 0 when none does.</param>
public sealed record ImageExample(ImageSource Source, string Label, long Line = 0);
