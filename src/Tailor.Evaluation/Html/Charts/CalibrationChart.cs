using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>Reliability diagram (Guo et al., ICML 2017): the share of right answers against the probability the model gave them; on the diagonal it means what it says. Below, how many answers there are.</summary>
internal static class CalibrationChart
{
    private const double Left = 40, WidestPlot = 340, Top = 24, SharesHeight = 56, Gap = 46, AxisHeight = 36;

    /// <summary>Draws it.</summary>
    /// <param name="bins">The answers by confidence, at least one.</param>
    /// <param name="error">The expected calibration error.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<CalibrationBin> bins, double error, double width)
    {
        var drawing = new Drawing(width);
        double plot = Math.Min(WidestPlot, width - Left - 14), right = Left + plot, bottom = Top + plot, sharesBottom = bottom + Gap + SharesHeight;
        double all = bins.Sum(bin => bin.Examples);
        Scale x = Scale.Linear(0, 1, Left, right), accuracy = Scale.Linear(0, 1, bottom, Top), share = Scale.Linear(0, bins.Max(bin => bin.Examples) / all, sharesBottom, bottom + Gap, intervals: 2);
        drawing.Bottom(x, Top, bottom, tick => tick.ToString("0.0"));
        drawing.Side(accuracy, Left, right, tick => tick.ToString("0.0"), "share of right answers");
        drawing.Side(share, Left, right, tick => tick.ToString("0.##"), "share of the answers");
        foreach (CalibrationBin bin in bins.Where(bin => bin.Examples > 0))
        {
            double from = x.At(bin.Lower) + 1, wide = x.At(bin.Upper) - from - 1;
            string title = $"probability {bin.Lower:F2} to {bin.Upper:F2}: {bin.Right} of {bin.Examples} right, mean probability {bin.Confidence:F3}";
            drawing.Box(from, accuracy.At(bin.Accuracy!.Value), wide, bottom - accuracy.At(bin.Accuracy.Value), "bar s1", title);
            drawing.Box(from, share.At(bin.Examples / all), wide, sharesBottom - share.At(bin.Examples / all), "bar s6", title);
        }

        drawing.Line(x.At(0), accuracy.At(0), x.At(1), accuracy.At(1), "average");
        foreach (CalibrationBin bin in bins.Where(bin => bin.Examples > 0))
        {
            drawing.Mark(1, x.At(bin.Confidence!.Value), accuracy.At(bin.Accuracy!.Value), size: 0.7);
        }

        drawing.Text(Left + 8, Top + 14, $"ECE {ReportText.Digits(error)}", style: "strong");
        drawing.Text((Left + right) / 2, sharesBottom + 14, "probability of the predicted class", "middle", "muted");
        drawing.Height = sharesBottom + AxisHeight;
        return drawing.ToSvg($"Reliability diagram of {all:N0} answers; expected calibration error {ReportText.Digits(error)}");
    }
}
