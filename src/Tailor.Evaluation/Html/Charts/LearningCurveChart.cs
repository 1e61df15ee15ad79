using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The dev scores and the dev loss by training step, stage after stage.</summary>
internal static class LearningCurveChart
{
    private const double Left = 44, Right = 14, ScoreHeight = 220, LossHeight = 110, NameHeight = 30, AxisHeight = 36, Gap = 44;

    private static readonly string[] Usual = ["macro_f1", "head_f1", "tail_f1"];

    /// <summary>The scores that are drawn: the metric that chose the weights, macro-F1, head and tail; the loss apart from them.</summary>
    /// <param name="learning">The dev scores.</param>
    /// <param name="selection">The metric that chose the weights, or null.</param>
    public static IReadOnlyList<string> Scores(IReadOnlyList<LearningPoint> learning, string? selection) =>
        [.. Usual.Prepend(selection ?? Usual[0]).Distinct(StringComparer.Ordinal).Where(name => name is not "log_loss" && learning.Any(point => point.Values.ContainsKey(name)))];

    /// <summary>The steps of each point counted through all stages.</summary>
    /// <param name="learning">The dev scores.</param>
    public static long[] Steps(IReadOnlyList<LearningPoint> learning)
    {
        long before = 0;
        long[] steps = new long[learning.Count];
        for (int i = 0; i < learning.Count; i++)
        {
            // A stage's length is known by its last evaluation, which stands at its end unless it stopped early.
            before = i > 0 && learning[i].Stage != learning[i - 1].Stage ? steps[i - 1] : before;
            steps[i] = before + learning[i].Step;
        }

        return steps;
    }

    /// <summary>Draws it.</summary>
    /// <param name="learning">The dev scores, at least one.</param>
    /// <param name="selection">The metric that chose the weights, or null.</param>
    /// <param name="bestStep">The step of the last stage whose weights were kept, or null.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<LearningPoint> learning, string? selection, long? bestStep, double width)
    {
        var drawing = new Drawing(width);
        IReadOnlyList<string> names = Scores(learning, selection);
        long[] steps = Steps(learning);
        double top = new Legend([.. names.Select(Words.Metric)]).Draw(drawing, 0) + NameHeight, bottom = top + ScoreHeight;
        var x = Scale.UpTo(steps[^1], Left, width - Right, width < 500 ? 3 : 6);
        bool hasLoss = learning.Any(point => point.Values.ContainsKey("log_loss"));
        double lossTop = bottom + Gap, end = hasLoss ? lossTop + LossHeight : bottom;
        (double Top, double Bottom)[] panels = hasLoss ? [(top, bottom), (lossTop, end)] : [(top, bottom)];
        int best = bestStep is { } step ? learning.ToList().FindLastIndex(point => point.Stage == learning[^1].Stage && point.Step == step) : -1;
        foreach ((double from, double to) in panels)
        {
            bool scores = from == top;
            Panel(drawing, learning, steps, scores ? names : ["log_loss"], x, from, to, scores ? "score on dev" : "log loss on dev", firstSeries: scores ? 0 : 3);
            foreach (int i in Enumerable.Range(1, learning.Count - 1).Where(i => learning[i].Stage != learning[i - 1].Stage))
            {
                drawing.Line(x.At(steps[i - 1]), from, x.At(steps[i - 1]), to, "stage");
                drawing.Text(x.At(steps[i - 1]) + 3, to - 9, $"stage {learning[i].Stage}", style: "value");
            }

            if (best >= 0)
            {
                drawing.Line(x.At(steps[best]), from, x.At(steps[best]), to, "average");
                drawing.Text(Math.Clamp(x.At(steps[best]), Left + 12, width - 14), from - 8, "best", "middle", "strong");
            }
        }

        drawing.Text((Left + width - Right) / 2, end + 26, "optimizer steps", "middle", "muted");
        drawing.Height = end + AxisHeight;
        return drawing.ToSvg($"Scores of the dev split by training step: {string.Join(", ", names.Select(Words.Metric))}{(hasLoss ? " and the log loss" : "")}, {learning.Count} evaluations");
    }

    private static void Panel(Drawing drawing, IReadOnlyList<LearningPoint> learning, long[] steps, IReadOnlyList<string> names, Scale x, double top, double bottom, string title, int firstSeries = 0)
    {
        double[] all = [.. names.SelectMany(name => learning.Where(point => point.Values.ContainsKey(name)).Select(point => point.Values[name]))];
        var y = Scale.Linear(all.DefaultIfEmpty(0).Min(), all.DefaultIfEmpty(1).Max(), bottom, top);
        drawing.Bottom(x, top, bottom, tick => tick.ToString("N0"));
        drawing.Side(y, Left, drawing.Width - Right, tick => tick.ToString("0.###"), title);
        for (int i = 0; i < names.Count; i++)
        {
            int series = firstSeries + i;
            (double X, double Y, string Title)[] points =
            [
                .. learning.Zip(steps).Where(pair => pair.First.Values.ContainsKey(names[i]))
                    .Select(pair => (x.At(pair.Second), y.At(pair.First.Values[names[i]]), $"step {pair.Second:N0}: {Words.Metric(names[i])} {ReportText.Digits(pair.First.Values[names[i]])}")),
            ];
            drawing.Curve([.. points.Select(point => (point.X, point.Y))], $"curve {Drawing.Series(series)}");
            foreach ((double px, double py, string text) in points)
            {
                drawing.Mark(series, px, py, text, size: learning.Count > 40 ? 0.4 : 0.7);
            }
        }
    }
}
