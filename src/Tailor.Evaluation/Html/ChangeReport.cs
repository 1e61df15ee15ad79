using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>What fine-tuning did to a backbone, as a page of HTML.</summary>
public static class ChangeReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="sentences">What else there is to say.</param>
    /// <param name="changes">The changes, at least one, each layer and tensor once.</param>
    public static string ToHtml(string title, IReadOnlyList<string> sentences, IReadOnlyList<TensorChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        XElement?[] sections =
        [
            Section("absolute", "Mean change of each tensor", "Mean |change|, darker for more", changes, change => change.MeanAbsolute),
            Section("relative", "Relative to where it began", "Mean of |change| / |weight it began from|, darker for more", changes, change => change.MeanRelative),
        ];
        return HtmlPage.Of(title, new XElement("h1", title), Markup.Sentences(sentences, "sentences"), Markup.Contents(sections), sections);
    }

    private static XElement Section(string id, string heading, string caption, IReadOnlyList<TensorChange> changes, Func<TensorChange, double> value)
    {
        int layers = changes.Max(change => change.Layer) + 1;
        return Markup.Section(
            id,
            heading,
            Markup.Figure(caption, width => LayerChangeChart.Draw(changes, value, width)),
            Markup.Table(
                "The figures",
                ["tensor", .. Enumerable.Range(0, layers).Select(layer => $">{layer}")],
                changes.GroupBy(change => change.Name, StringComparer.Ordinal).Select(tensor => (IReadOnlyList<string>)
                    [tensor.Key, .. Enumerable.Range(0, layers).Select(layer => tensor.FirstOrDefault(change => change.Layer == layer) is { } change ? $"{value(change):0.##e+0}" : "-")])));
    }
}
