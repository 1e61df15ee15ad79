using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>What became of the examples of the most confused classes: a row for each right class, a column for each predicted one, darker the larger the share of the row.</summary>
internal static class ConfusionChart
{
    private const double Header = 34, Gap = 6, WidestCell = 40;

    /// <summary>Draws it.</summary>
    /// <param name="confusions">The counts.</param>
    /// <param name="classes">The classes, by class id.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(Confusions confusions, IReadOnlyList<ReportClass> classes, double width)
    {
        var drawing = new Drawing(width);
        IReadOnlyList<int> shown = confusions.Shown;
        string[] names = [.. shown.Select((c, i) => $"{Letter(i)} {classes[c].Name}")];
        bool elsewhereToo = shown.Count < classes.Count;
        int columns = shown.Count + (elsewhereToo ? 1 : 0);
        double left = Math.Min(names.Max(TextWidth.Of) * Drawing.FontSize, width * 0.36) + Gap;
        double cell = Math.Min(WidestCell, (width - left - Gap) / columns), high = Math.Min(cell, 28);
        drawing.Text(left, 8, "predicted", style: "muted");
        for (int column = 0; column < columns; column++)
        {
            bool elsewhere = column == shown.Count;
            drawing.Text(left + ((column + 0.5) * cell) + (elsewhere ? Gap : 0), 25, elsewhere ? "…" : Letter(column), "middle", "muted", elsewhere ? "any other class" : names[column]);
        }

        for (int row = 0; row < shown.Count; row++)
        {
            double top = Header + (row * high);
            string fitted = TextWidth.Fit(names[row], (left - Gap) / Drawing.FontSize);
            drawing.Text(0, top + (high / 2), fitted, title: fitted == names[row] ? null : names[row]);
            int examples = confusions.Examples(shown[row]);
            for (int column = 0; column < columns; column++)
            {
                bool elsewhere = column == shown.Count;
                int count = elsewhere ? confusions.Elsewhere(shown[row]) : confusions.Count(shown[row], shown[column]);
                double share = examples > 0 ? (double)count / examples : 0, x = left + (column * cell) + (elsewhere ? Gap : 0);
                string title = $"{count} of {examples} examples of {classes[shown[row]].Name} were predicted as {(elsewhere ? "another class" : classes[shown[column]].Name)}";
                drawing.Box(x, top, cell - 1, high - 1, column == row ? "cell right" : "cell wrong", title, Math.Round(share, 2));
                if (count > 0)
                {
                    drawing.Text(x + ((cell - 1) / 2), top + ((high - 1) / 2), $"{count}", "middle", share > 0.75 ? "light" : "");
                }
            }
        }

        drawing.Height = Header + (shown.Count * high) + 4;
        return drawing.ToSvg($"Predictions of the {shown.Count} most confused classes; rows are the right classes, columns the predicted ones: {string.Join(", ", names)}");
    }

    /// <summary>Columns are as narrow as a letter.</summary>
    private static string Letter(int index) => ((char)('a' + index)).ToString();
}
