namespace Tailor.Evaluation;

/// <summary>The names of a chart's series beside their marks, in as many lines as they need.</summary>
/// <param name="names">A name for each series; null leaves its number out.</param>
/// <param name="numbered">Whether each name begins with its number, from 1, as the marks do.</param>
internal sealed class Legend(IReadOnlyList<string?> names, bool numbered = false)
{
    private const double LineHeight = 18, MarkWidth = 14, Gap = 16;

    /// <summary>Draws it.</summary>
    /// <returns>The height below its last line.</returns>
    public double Draw(Drawing drawing, double top)
    {
        double x = 0, y = top + (LineHeight / 2);
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] is not { } name)
            {
                continue;
            }

            string full = numbered ? $"{i + 1} {name}" : name;
            string text = TextWidth.Fit(full, (drawing.Width - MarkWidth) / Drawing.FontSize);
            double wide = MarkWidth + (TextWidth.Of(text) * Drawing.FontSize);
            if (x > 0 && x + wide > drawing.Width)
            {
                (x, y) = (0, y + LineHeight);
            }

            drawing.Mark(i, x + 5, y);
            drawing.Text(x + MarkWidth, y, text, title: text == full ? null : name);
            x += wide + Gap;
        }

        return y + (LineHeight / 2);
    }
}
