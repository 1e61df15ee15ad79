using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>What the classes look like: a strip of training pictures of some of them, from head to tail.</summary>
internal static class SampleStrips
{
    /// <summary>The section, or null when there are no pictures.</summary>
    public static XElement? Section(RunReportData data)
    {
        if (data.Samples.Count == 0)
        {
            return null;
        }

        int trained = data.Classes.Count(c => c.TrainCount > 0);
        string text = data.Samples.Count == trained
            ? "Some training pictures of each class, the most frequent first."
            : "Some training pictures of the most frequent classes, of some in the middle, and of the rarest.";
        return Markup.Section(
            "samples",
            "Samples of the classes",
            Markup.Paragraph(text),
            new XElement("div", new XAttribute("class", "strips"), data.Samples.Select(samples => Strip(data.Classes[samples.Class], samples.Pictures))));
    }

    private static XElement Strip(ReportClass shown, IReadOnlyList<ReportPicture> pictures) => new(
        "figure",
        new XAttribute("class", "strip"),
        new XElement("figcaption", new XElement("b", shown.Name), $" {Words.Count(shown.TrainCount, "training picture")}"),
        pictures.Select(picture => Markup.Picture(picture, $"a training picture of {shown.Name}")));
}
