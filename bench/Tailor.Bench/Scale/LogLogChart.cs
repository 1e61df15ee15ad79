using System.Globalization;
using System.Xml.Linq;

namespace Tailor.Bench;

/// <summary>Sweeps as a picture: a row each, time to the left and memory to the right, on logarithmic axes.</summary>
internal static class LogLogChart
{
    private const double Wide = 480, High = 230, Left = 70, Right = 30, Top = 34, Bottom = 34, Radius = 3.5;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Draws sweeps.</summary>
    /// <param name="sweeps">The sweeps, each with at least one point.</param>
    /// <returns>An SVG file.</returns>
    public static string Of(IReadOnlyList<Sweep> sweeps)
    {
        var picture = new XElement(
            Svg + "svg",
            new XAttribute("viewBox", Invariant($"0 0 {2 * Wide} {sweeps.Count * High}")),
            new XAttribute("width", Invariant($"{2 * Wide}")),
            new XAttribute("font-family", "sans-serif"),
            new XAttribute("font-size", "11"),
            new XElement(Svg + "rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("fill", "#ffffff")));
        for (int row = 0; row < sweeps.Count; row++)
        {
            picture.Add(Panel(sweeps[row], p => p.Milliseconds, "milliseconds", 0, row * High), Panel(sweeps[row], p => p.PeakBytes / (1 << 20), "peak MiB", Wide, row * High));
        }

        return picture + "\n";
    }

    private static XElement Panel(Sweep sweep, Func<ScalePoint, double> of, string unit, double x, double y)
    {
        Axis across = new([.. sweep.Points.Select(p => p.Size)], Left, Wide - Right), up = new([.. sweep.Points.Select(of)], High - Bottom, Top);
        string slope = sweep.Points.Count > 1 ? Invariant($", slope {sweep.Slope(of):F2}") : "";
        var panel = new XElement(Svg + "g", new XAttribute("transform", Invariant($"translate({x} {y})")), Text(Left, 16, "start", $"{sweep.Name}: {unit}{slope}"));
        foreach (double tick in across.Ticks)
        {
            panel.Add(Line(across.At(tick), Top, across.At(tick), High - Bottom), Text(across.At(tick), High - Bottom + 15, "middle", Invariant($"{tick:N0}")));
        }

        foreach (double tick in up.Ticks)
        {
            panel.Add(Line(Left, up.At(tick), Wide - Right, up.At(tick)), Text(Left - 6, up.At(tick) + 4, "end", Invariant($"{tick:#,0.###}")));
        }

        (double X, double Y)[] places = [.. sweep.Points.Select(p => (across.At(p.Size), up.At(of(p))))];
        panel.Add(new XElement(
            Svg + "polyline",
            new XAttribute("points", string.Join(' ', places.Select(p => Invariant($"{p.X:F1},{p.Y:F1}")))),
            new XAttribute("fill", "none"),
            new XAttribute("stroke", "#0072b2"),
            new XAttribute("stroke-width", "1.5")));
        panel.Add(places.Select(p => new XElement(
            Svg + "circle", new XAttribute("cx", Invariant($"{p.X:F1}")), new XAttribute("cy", Invariant($"{p.Y:F1}")), new XAttribute("r", Invariant($"{Radius}")), new XAttribute("fill", "#0072b2"))));
        return panel;
    }

    private static XElement Line(double x1, double y1, double x2, double y2) => new(
        Svg + "line",
        new XAttribute("x1", Invariant($"{x1:F1}")),
        new XAttribute("y1", Invariant($"{y1:F1}")),
        new XAttribute("x2", Invariant($"{x2:F1}")),
        new XAttribute("y2", Invariant($"{y2:F1}")),
        new XAttribute("stroke", "#dddddd"));

    private static XElement Text(double x, double y, string anchor, string text) => new(
        Svg + "text", new XAttribute("x", Invariant($"{x:F1}")), new XAttribute("y", Invariant($"{y:F1}")), new XAttribute("text-anchor", anchor), new XAttribute("fill", "#222222"), text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A logarithmic axis from tick to tick: powers of ten, and over a short way 2 and 5 times them too.</summary>
    private sealed class Axis
    {
        private readonly double _from, _to;

        public Axis(IReadOnlyList<double> values, double from, double to)
        {
            (double low, double high) = (values.Min() * (1 + 1e-9), values.Max() * (1 - 1e-9));
            int[] digits = high / low < 50 ? [1, 2, 5] : [1];
            int first = (int)Math.Floor(Math.Log10(low)), last = (int)Math.Ceiling(Math.Log10(high)) + 1;
            double[] all = [.. Enumerable.Range(first, last - first + 1).SelectMany(power => digits.Select(digit => digit * Math.Pow(10, power)))];
            int begin = Array.FindLastIndex(all, tick => tick <= low), end = Math.Max(Array.FindIndex(all, tick => tick >= high), begin + 1);
            (_from, _to, Ticks) = (from, to, all[begin..(end + 1)]);
        }

        public double[] Ticks { get; }

        public double At(double value) => _from + (Math.Log(value / Ticks[0]) / Math.Log(Ticks[^1] / Ticks[0]) * (_to - _from));
    }
}
