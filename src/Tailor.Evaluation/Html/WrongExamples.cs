using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The answers most surely wrong, in tables; pictures beside their names.</summary>
internal static class WrongExamples
{
    /// <summary>The section, or null when no answer is wrong.</summary>
    public static XElement? Section(RunReportData data)
    {
        IReadOnlyList<int> wrong = SurestMistakes.Of(data);
        if (wrong.Count == 0)
        {
            return null;
        }

        XElement table = Table(data, $"The {Words.Count(wrong.Count, "wrong answer")} with the highest probability", wrong);
        (string tail, IReadOnlyList<int> ofTail) = data.ReadsPictures ? SurestMistakes.OfTail(data) : ("", []);
        return Markup.Section(
            "wrong",
            "Examples most surely wrong",
            Markup.Paragraph("Look here first for wrong labels and for classes that overlap."),
            Prose(table),
            ofTail.Count == 0 ? null : Prose(Table(data, $"Of {tail}: the {Words.Count(ofTail.Count, "wrong answer")} with the highest probability", ofTail)));
    }

    private static XElement Prose(XElement table) => new("div", new XAttribute("class", "prose"), table);

    private static XElement Table(RunReportData data, string caption, IReadOnlyList<int> examples) => Markup.Table(
        caption,
        [data.ReadsPictures ? "picture" : "text", "right class", "predicted", ">probability", ">of the right class"],
        examples.Select(i =>
        {
            ScoredExample example = data.Predictions[i];
            string right = data.Classes[example.Gold].Name, predicted = data.Classes[example.Predicted].Name;
            object shown = data.PredictionPictures.TryGetValue(i, out ReportPicture? picture)
                ? new object[] { Markup.Picture(picture, $"a picture of {right} that was predicted as {predicted}"), new XElement("span", example.Text) }
                : example.Text;
            return (IReadOnlyList<object>)[shown, right, predicted, ReportText.Digits(example.Probability), ReportText.Digits(example.GoldProbability)];
        }));
}
