using System.Globalization;
using System.Xml.Linq;

namespace Tailor.Evaluation.Tests;

/// <summary>A report read back: it is XML below its doctype.</summary>
/// <param name="html">The page.</param>
internal sealed class ReportPage(string html)
{
    private const string Doctype = "<!DOCTYPE html>\n";

    public XElement Root { get; } = XElement.Parse(html.StartsWith(Doctype, StringComparison.Ordinal) ? html[Doctype.Length..] : throw new FormatException("no doctype"), LoadOptions.PreserveWhitespace);

    public IReadOnlyList<XElement> Charts => [.. Root.Descendants("svg")];

    public XElement? Section(string id) => Root.Descendants("section").SingleOrDefault(section => section.Attribute("id")!.Value == id);

    /// <summary>The wide picture of a section's figure.</summary>
    public XElement Chart(string section, int figure = 0) => Section(section)!.Descendants("figure").ElementAt(figure).Elements("svg").First();

    /// <summary>The cells of a table's body.</summary>
    public string[][] Table(string section, int table = 0) =>
        [.. Section(section)!.Descendants("table").ElementAt(table).Element("tbody")!.Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];

    /// <summary>The headings of a table.</summary>
    public string[] Headings(string section, int table = 0) => [.. Section(section)!.Descendants("table").ElementAt(table).Element("thead")!.Descendants("th").Select(cell => cell.Value)];

    public static bool Has(XElement element, string style) => element.Attribute("class")?.Value.Split(' ').Contains(style, StringComparer.Ordinal) == true;

    public static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    /// <summary>Every place that an element of a chart names: x and y.</summary>
    public static IEnumerable<(double X, double Y)> Places(XElement element)
    {
        double At(string name) => Number(element, name);
        return element.Name.LocalName switch
        {
            "line" => [(At("x1"), At("y1")), (At("x2"), At("y2"))],
            "rect" => [(At("x"), At("y")), (At("x") + At("width"), At("y") + At("height"))],
            "text" => [(At("x"), At("y"))],
            "polyline" => element.Attribute("points")!.Value.Split(' ').Select(Pair),
            "path" => [Pair(element.Attribute("d")!.Value[1..].Split('a', 'h', 'l')[0].Replace(' ', ','))],
            _ => [],
        };
    }

    /// <summary>The height and the width of a chart.</summary>
    public static (double Width, double Height) Size(XElement chart)
    {
        double[] box = [.. chart.Attribute("viewBox")!.Value.Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        return box is [0, 0, _, _] ? (box[2], box[3]) : throw new FormatException("the view box does not begin at 0");
    }

    private static (double X, double Y) Pair(string text)
    {
        double[] values = [.. text.Split(',').Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        return (values[0], values[1]);
    }
}
