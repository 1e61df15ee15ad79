using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The few forms that pages are made of.</summary>
internal static class Markup
{
    /// <summary>The natural widths of a picture on a desk and on a phone; the style sheet shows the one that fits.</summary>
    private const double Wide = 640, Narrow = 350;

    /// <summary>A part of the page with a heading.</summary>
    /// <param name="id">Its anchor.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="content">What stands in it.</param>
    public static XElement Section(string id, string title, params ReadOnlySpan<object?> content)
    {
        var section = new XElement("section", new XAttribute("id", id), new XElement("h2", title));
        foreach (object? part in content)
        {
            section.Add(part);
        }

        return section;
    }

    /// <summary>A paragraph.</summary>
    public static XElement Paragraph(string text, string? style = null) => new("p", style is null ? null : new XAttribute("class", style), text);

    /// <summary>How large the splits are, or nothing when that is not known.</summary>
    public static XElement? Sizes(IReadOnlyList<SplitSize> splits) => splits.Count == 0 ? null : Paragraph($"Examples: {string.Join(", ", splits.Select(split => $"{split.Name} {split.Examples:N0}"))}.");

    /// <summary>A list of sentences, or nothing when there is none.</summary>
    public static XElement? Sentences(IReadOnlyList<string> sentences, string style) =>
        sentences.Count == 0 ? null : new XElement("ul", new XAttribute("class", style), sentences.Select(sentence => new XElement("li", sentence)));

    /// <summary>Parts beside each other where there is room.</summary>
    public static XElement Beside(params ReadOnlySpan<object?> parts)
    {
        var beside = new XElement("div", new XAttribute("class", "beside"));
        foreach (object? part in parts)
        {
            beside.Add(part);
        }

        return beside;
    }

    /// <summary>A picture with its caption.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="draw">Draws it at a width.</param>
    public static XElement Figure(string caption, Func<double, XElement> draw)
    {
        XElement wide = draw(Wide), narrow = draw(Narrow);
        wide.SetAttributeValue("class", "wide");
        narrow.SetAttributeValue("class", "narrow");
        return new XElement("figure", new XElement("figcaption", caption), wide, narrow);
    }

    /// <summary>A table in a box that scrolls when it is too large for the page.</summary>
    /// <param name="caption">What it holds.</param>
    /// <param name="headings">The columns; one that begins with <c>></c> holds numbers.</param>
    /// <param name="rows">A cell for each column, text or elements; the first names the row.</param>
    public static XElement Table(string caption, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<object>> rows)
    {
        bool[] numbers = [.. headings.Select(heading => heading.StartsWith('>'))];
        XElement Cell(string name, string? scope, int column, object content) =>
            new(name, scope is null ? null : new XAttribute("scope", scope), numbers[column] ? new XAttribute("class", "number") : null, content);
        var table = new XElement(
            "table",
            new XElement("caption", new XElement("span", caption)),
            new XElement("thead", new XElement("tr", headings.Select((heading, i) => Cell("th", "col", i, numbers[i] ? heading[1..] : heading)))),
            new XElement("tbody", rows.Select(row => new XElement("tr", row.Select((cell, i) => i == 0 ? Cell("th", "row", i, cell) : Cell("td", null, i, cell))))));
        return new XElement("div", new XAttribute("class", "scroll"), new XAttribute("tabindex", 0), new XAttribute("role", "region"), new XAttribute("aria-label", caption), table);
    }

    /// <summary>A small picture that the page holds itself.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="description">What it shows, in words, for those who do not see it.</param>
    public static XElement Picture(ReportPicture picture, string description) => new(
        "img",
        new XAttribute("alt", description),
        new XAttribute("title", picture.Name),
        new XAttribute("src", $"data:image/jpeg;base64,{Convert.ToBase64String(picture.Jpeg.Span)}"));

    /// <summary>A file printed whole.</summary>
    public static XElement File(ReportFile file) =>
        new("figure", new XAttribute("class", "file"), new XElement("figcaption", file.Name), new XElement("pre", file.Content));

    /// <summary>The links to the page's parts.</summary>
    /// <param name="sections">The parts, some of them perhaps missing.</param>
    public static XElement Contents(IEnumerable<XElement?> sections) => new(
        "nav",
        new XAttribute("aria-label", "contents"),
        sections.OfType<XElement>().Select(section => new XElement("a", new XAttribute("href", "#" + section.Attribute("id")!.Value), section.Element("h2")!.Value)));
}
