namespace Tailor.Engine;

/// <summary>One tensor of a safetensors file, as its header describes it; the description has been checked against the file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The dimensions, outermost first; none for a single number.</param>
/// <param name="Start">The first byte, counted from the end of the header.</param>
/// <param name="End">The byte after the last.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Start, long End)
{
    /// <summary>How many elements the tensor has.</summary>
    public long Count => (End - Start) / Type.Size();

    /// <summary>The shape in words, such as <c>[30522, 128]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
