using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>
/// A page that is one file: it fetches nothing, runs nothing, and is well-formed XML below its doctype. LINQ to XML escapes what users gave; characters that XML cannot hold become U+FFFD.
/// </summary>
internal static class HtmlPage
{
    /// <summary>The browser itself is told to fetch nothing; pictures stand in the page.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'", PolicyOfPictures = Policy + "; img-src data:";

    private static readonly HashSet<string> WrittenShort = ["meta", "img", "rect", "line", "path", "polyline"];

    private static readonly string Style = ReadStyle("report.css"), StyleOfPictures = Style + ReadStyle("pictures.css").TrimStart('\n');

    /// <summary>Writes the page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="content">What stands on it.</param>
    public static string Of(string title, params ReadOnlySpan<object?> content)
    {
        var main = new XElement("main");
        foreach (object? part in content)
        {
            main.Add(part);
        }

        bool pictures = main.Descendants("img").Any();
        var html = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                Meta("http-equiv", "Content-Security-Policy", pictures ? PolicyOfPictures : Policy),
                Meta("name", "viewport", "width=device-width, initial-scale=1"),
                Meta("name", "color-scheme", "light dark"),
                new XElement("title", title),
                new XElement("style", pictures ? StyleOfPictures : Style)),
            new XElement("body", main));
        if (pictures)
        {
            // Pictures make a page large; nobody points at a mark on a phone.
            main.Descendants("svg").Where(svg => svg.Attribute("class")?.Value == "narrow").Descendants("title").Remove();
        }

        Prepare(html);
        return "<!DOCTYPE html>\n" + Serialize(html, indent: !pictures) + "\n";
    }

    private static XElement Meta(string kind, string name, string content) => new("meta", new XAttribute(kind, name), new XAttribute("content", content));

    private static void Prepare(XElement html)
    {
        foreach (XElement element in html.DescendantsAndSelf())
        {
            if (element.IsEmpty && !WrittenShort.Contains(element.Name.LocalName))
            {
                // HTML would read <td/> as <td> without an end.
                element.Add("");
            }

            foreach (XAttribute attribute in element.Attributes())
            {
                attribute.Value = Clean(attribute.Value);
            }
        }

        foreach (XText text in html.DescendantNodes().OfType<XText>())
        {
            text.Value = Clean(text.Value);
        }
    }

    private static string Serialize(XElement html, bool indent)
    {
        var settings = new XmlWriterSettings { OmitXmlDeclaration = true, Indent = indent, IndentChars = " ", NewLineChars = "\n" };
        var text = new StringBuilder();
        using (XmlWriter writer = XmlWriter.Create(text, settings))
        {
            html.WriteTo(writer);
        }

        return text.ToString();
    }

    private static string Clean(string text) => text.All(XmlConvert.IsXmlChar)
        ? text
        : string.Concat(text.EnumerateRunes().Select(rune => rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value) ? rune : Rune.ReplacementChar));

    private static string ReadStyle(string name)
    {
        using Stream stream = typeof(HtmlPage).Assembly.GetManifestResourceStream("Tailor.Evaluation." + name) ?? throw new InvalidOperationException("the style sheet is not embedded");
        using var reader = new StreamReader(stream);
        string style = reader.ReadToEnd();

        // In HTML a style is not unescaped, so it may hold nothing that XML escapes.
        return style.AsSpan().ContainsAny('<', '&', '>') ? throw new InvalidOperationException("the style sheet may not hold <, & or >") : "\n" + style;
    }
}
