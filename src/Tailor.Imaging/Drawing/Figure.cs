using System.Globalization;

namespace Tailor.Imaging;

/// <summary>A shape or glyph of straight strokes.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Strokes">Its strokes: points in a square from (0, 0), top left, to (100, 100).</param>
public sealed record Figure(string Name, IReadOnlyList<IReadOnlyList<(float X, float Y)>> Strokes)
{
    /// <summary>Reads strokes as in <c>"20,90 50,10 80,90; 32,60 68,60"</c>.</summary>
    /// <param name="name">The figure's name.</param>
    /// <param name="strokes">Points apart by blanks, strokes by semicolons.</param>
    public static Figure Parse(string name, string strokes)
    {
        ArgumentNullException.ThrowIfNull(strokes);
        return new Figure(name, [.. strokes.Split(';').Select(stroke => stroke.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Point).ToArray())]);
    }

    /// <summary>A regular polygon, or of very many corners a circle, or a star.</summary>
    /// <param name="name">The figure's name.</param>
    /// <param name="corners">Its corners; of a star, the outer and the inner ones.</param>
    /// <param name="inner">The inner radius of every second corner as a share of the outer one; 1 for polygons.</param>
    public static Figure Around(string name, int corners, double inner = 1) => new(name, [[.. Enumerable.Range(0, corners + 1).Select(i =>
    {
        double angle = (i % corners * 2 * Math.PI / corners) - (Math.PI / 2), radius = i % 2 == 0 ? 42 : 42 * inner;
        return ((float)(50 + (radius * Math.Cos(angle))), (float)(50 + (radius * Math.Sin(angle))));
    })]]);

    private static (float X, float Y) Point(string text)
    {
        string[] parts = text.Split(',');
        return (float.Parse(parts[0], CultureInfo.InvariantCulture), float.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
