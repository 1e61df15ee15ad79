using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The change of every tensor by layer: a row for each tensor, a column for each layer, darker the further it moved (EH-FT, arXiv 2210.16771, the heat map of parameter change).</summary>
internal static class LayerChangeChart
{
    private const double Header = 34, Gap = 6, WidestCell = 56, High = 24;

    /// <summary>Draws it.</summary>
    /// <param name="changes">The changes, each layer and tensor once.</param>
    /// <param name="value">What is drawn of each.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<TensorChange> changes, Func<TensorChange, double> value, double width)
    {
        var drawing = new Drawing(width);
        string[] tensors = [.. changes.Select(change => change.Name).Distinct(StringComparer.Ordinal)];
        int layers = changes.Max(change => change.Layer) + 1;
        double most = changes.Max(value), left = Math.Min(tensors.Max(TextWidth.Of) * Drawing.FontSize, width * 0.42) + Gap, cell = Math.Min(WidestCell, (width - left - Gap) / layers);
        drawing.Text(left, 8, "layer", style: "muted");
        for (int layer = 0; layer < layers; layer += Math.Max(1, (int)Math.Ceiling(18 / cell)))
        {
            drawing.Text(left + ((layer + 0.5) * cell), 25, $"{layer}", "middle", "muted");
        }

        for (int row = 0; row < tensors.Length; row++)
        {
            double top = Header + (row * High);
            string fitted = TextWidth.Fit(tensors[row], (left - Gap) / Drawing.FontSize);
            drawing.Text(0, top + (High / 2), fitted, title: fitted == tensors[row] ? null : tensors[row]);
            foreach (TensorChange change in changes.Where(change => change.Name == tensors[row]))
            {
                drawing.Box(left + (change.Layer * cell), top, cell - 1, High - 1, "cell right", $"{change.Name}, layer {change.Layer}: {value(change):G3}", most > 0 ? Math.Round(value(change) / most, 2) : 0);
            }
        }

        drawing.Height = Header + (tensors.Length * High) + 4;
        return drawing.ToSvg($"Change of {tensors.Length} tensors in {layers} layers; the largest is {most:G3}");
    }
}
