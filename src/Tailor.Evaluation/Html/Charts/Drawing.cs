using System.Globalization;
using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>
/// A picture for the page as inline SVG. Colours are the style sheet's (light, dark, print), text is in the page's own font, so nothing depends on the fonts of the machine that writes it.
/// One unit is one pixel at the picture's natural width.
/// </summary>
/// <param name="width">Its width.</param>
internal sealed class Drawing(double width)
{
    /// <summary>The font's size.</summary>
    public const double FontSize = 12;

    /// <summary>Half the size of a mark.</summary>
    private const double Half = 4.5;

    private readonly List<XElement> _shapes = [];

    /// <summary>Its width.</summary>
    public double Width => width;

    /// <summary>Its height, to be set once it is known.</summary>
    public double Height { get; set; }

    /// <summary>The style of the series of a number: a colour, and with it a shape and a dash.</summary>
    public static string Series(int index) => $"s{(index % 6) + 1}";

    /// <summary>Draws a straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string style) => Add("line", style, null, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    /// <summary>Draws a rectangle; its title is shown when it is pointed at.</summary>
    public void Box(double x, double y, double wide, double high, string style, string? title = null, double? opacity = null)
    {
        Add("rect", style, title, ("x", x), ("y", y), ("width", Math.Max(0, wide)), ("height", Math.Max(0, high)));
        if (opacity is { } share)
        {
            _shapes[^1].SetAttributeValue("fill-opacity", share.ToString("0.##", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Draws a line through points.</summary>
    public void Curve(IReadOnlyList<(double X, double Y)> points, string style)
    {
        var curve = new XElement("polyline", new XAttribute("class", style));
        curve.SetAttributeValue("points", string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}")));
        _shapes.Add(curve);
    }

    /// <summary>Draws the mark of a series: circle, square, triangle, diamond, cross or downward triangle.</summary>
    public void Mark(int series, double x, double y, string? title = null, string style = "mark", double size = 1)
    {
        double h = Half * size;
        string shape = (series % 6) switch
        {
            1 => $"M{Number(x - h)} {Number(y - h)}h{Number(2 * h)}v{Number(2 * h)}h{Number(-2 * h)}z",
            2 => $"M{Number(x)} {Number(y - h)}l{Number(h)} {Number(2 * h)}h{Number(-2 * h)}z",
            3 => $"M{Number(x)} {Number(y - (1.2 * h))}l{Number(1.2 * h)} {Number(1.2 * h)}l{Number(-1.2 * h)} {Number(1.2 * h)}l{Number(-1.2 * h)} {Number(-1.2 * h)}z",
            4 => $"M{Number(x - h)} {Number(y - (h / 3))}h{Number(h * 2 / 3)}v{Number(-h * 2 / 3)}h{Number(h * 2 / 3)}v{Number(h * 2 / 3)}h{Number(h * 2 / 3)}v{Number(h * 2 / 3)}h{Number(-h * 2 / 3)}v{Number(h * 2 / 3)}h{Number(-h * 2 / 3)}v{Number(-h * 2 / 3)}h{Number(-h * 2 / 3)}z",
            5 => $"M{Number(x)} {Number(y + h)}l{Number(h)} {Number(-2 * h)}h{Number(-2 * h)}z",
            _ => $"M{Number(x - h)} {Number(y)}a{Number(h)} {Number(h)} 0 1 0 {Number(2 * h)} 0a{Number(h)} {Number(h)} 0 1 0 {Number(-2 * h)} 0z",
        };
        var mark = new XElement("path", new XAttribute("class", $"{style} {Series(series)}"), new XAttribute("d", shape));
        _shapes.Add(Titled(mark, title));
    }

    /// <summary>Writes a line of text.</summary>
    /// <param name="x">The place of its anchor.</param>
    /// <param name="middle">The height of its middle.</param>
    /// <param name="text">The text.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="style">A class of the style sheet, or nothing.</param>
    /// <param name="title">Shown when it is pointed at.</param>
    public void Text(double x, double middle, string text, string anchor = "start", string style = "", string? title = null)
    {
        // A baseline a third of the size below the middle: browsers and printers differ in what else there is to centre text.
        Add("text", style, title, ("x", x), ("y", middle + (FontSize * 0.35)));
        if (anchor != "start")
        {
            _shapes[^1].SetAttributeValue("text-anchor", anchor);
        }

        _shapes[^1].AddFirst(text);
    }

    /// <summary>Draws a horizontal axis: grid lines down through the picture, labels below.</summary>
    public void Bottom(Scale scale, double top, double bottom, Func<double, string> label, string? name = null)
    {
        foreach (double tick in scale.Ticks)
        {
            Line(scale.At(tick), top, scale.At(tick), bottom, "grid");
            Text(scale.At(tick), bottom + 10, label(tick), "middle", "muted");
        }

        if (name is not null)
        {
            Text((scale.At(scale.Ticks[0]) + scale.At(scale.Ticks[^1])) / 2, bottom + 26, name, "middle", "muted");
        }
    }

    /// <summary>Draws a vertical axis: grid lines across the picture, labels to the left, its name above.</summary>
    public void Side(Scale scale, double left, double right, Func<double, string> label, string? name = null)
    {
        foreach (double tick in scale.Ticks)
        {
            Line(left, scale.At(tick), right, scale.At(tick), "grid");
            Text(left - 5, scale.At(tick), label(tick), "end", "muted");
        }

        if (name is not null)
        {
            Text(0, scale.At(scale.Ticks[^1]) - 14, name, style: "muted");
        }
    }

    /// <summary>The picture.</summary>
    /// <param name="description">What it shows, in words, for those who do not see it.</param>
    public XElement ToSvg(string description) => new(
        "svg",
        new XAttribute("role", "img"),
        new XAttribute("aria-label", description),
        new XAttribute("viewBox", $"0 0 {Number(width)} {Number(Height)}"),
        new XAttribute("width", Number(width)),
        new XAttribute("height", Number(Height)),
        _shapes);

    private static XElement Titled(XElement shape, string? title)
    {
        if (title is not null)
        {
            shape.Add(new XElement("title", title));
        }

        return shape;
    }

    private static string Number(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private void Add(string name, string style, string? title, params ReadOnlySpan<(string Name, double Value)> places)
    {
        var shape = new XElement(name);
        if (style.Length > 0)
        {
            shape.SetAttributeValue("class", style);
        }

        foreach ((string attribute, double value) in places)
        {
            shape.SetAttributeValue(attribute, Number(value));
        }

        _shapes.Add(Titled(shape, title));
    }
}
