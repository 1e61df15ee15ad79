using System.Globalization;
using System.Text;

namespace Tailor.Data;

/// <summary>Draws an inspection of pictures in plain characters, and says what to do about its figures.</summary>
internal static class ImageInspectionText
{
    private const int ShownGroups = 10, ShownBad = 20;
    private const double LongTailed = 20, NearlyBalanced = 3;

    /// <summary>The whole text, lines ended by line feeds.</summary>
    public static string Of(ImageInspection data, int width, int maxClasses)
    {
        width = Math.Max(InspectionParts.MinWidth, width);
        var text = new StringBuilder();
        Pictures(data, text, width);
        InspectionParts.Profile(text, data.Classes, data.ImbalanceRatio, width, maxClasses);
        Sizes(data, text);
        InspectionParts.Sentences(text, "Notes", [.. data.Notes, .. data.Repeats.ToSentences(split: data.Splits[0].Name == "train")], width);
        List(text, "Pictures that occur more than once", [.. data.Repeats.Groups.Select(group => string.Join(" = ", group.Select(picture => $"{picture.Name} ({picture.Part}, {picture.Label})")))], ShownGroups);
        List(text, "Bad pictures", [.. data.BadPictures.Select(bad => $"{bad.Part}: {bad.Reason}")], ShownBad);
        InspectionParts.Sentences(text, "Suggestions", data.Suggestions, width);
        return text.ToString();
    }

    /// <summary>The suggestions, a sentence each, the weightiest first.</summary>
    public static IReadOnlyList<string> Suggestions(ImageInspection data)
    {
        var sentences = new List<string>();
        if (data.BadPictures.Count > 0)
        {
            sentences.Add($"{data.BadPictures.Count:N0} {(data.BadPictures.Count == 1 ? "picture" : "pictures")} cannot be decoded: replace or remove them, or train with --skip-bad-images.");
        }

        int leaks = data.Repeats.DevInTrain + data.Repeats.TestInTrain + data.Repeats.TestInDev;
        if (leaks > 0)
        {
            sentences.Add($"{leaks:N0} dev or test {(leaks == 1 ? "picture stands" : "pictures stand")} in another part too: remove them, or scores flatter the model.");
        }

        if (data.Repeats.Contradicting > 0)
        {
            sentences.Add("The same picture stands under different labels: correct them.");
        }

        sentences.Add(data.ImbalanceRatio switch
        {
            < NearlyBalanced => "The classes are nearly balanced: vit-fine-tuning, or vit-linear-probe for a quick look, should do.",
            < LongTailed => "The classes are mildly imbalanced: compare vit-fine-tuning with lift by macro-F1.",
            _ => "The classes are long-tailed: accuracy will hide the tail, so judge by macro-F1 and the few-shot classes; compare vit-linear-probe with lift and lpt.",
        });
        return sentences;
    }

    private static void Pictures(ImageInspection data, StringBuilder text, int width)
    {
        text.Append(CultureInfo.InvariantCulture, $"{"",-8}{"pictures",10}{"classes",9}{"head",6}{"tail",6}{"bad",7}  kinds\n");
        foreach (ImageSplitInspection split in data.Splits)
        {
            string kinds = string.Join(", ", split.Kinds.Select(kind => $"{kind.Value:N0} {kind.Key}"));
            text.Append(CultureInfo.InvariantCulture, $"{split.Name,-8}{split.Pictures,10:N0}{split.Classes,9:N0}{split.HeadClasses,6:N0}{split.TailClasses,6:N0}{split.Bad,7:N0}  {kinds}\n");
        }

        InspectionParts.Wrap(text, "", $"Head: the most frequent classes of a part, as long as together they hold less than {data.HeadThreshold:0.##} of it; the others are tail.", width);
        text.Append('\n');
        InspectionParts.Wrap(
            text,
            "",
            $"Imbalance ratio {data.ImbalanceRatio:0.#}. Classes with many training pictures (over {ClassGroupSizes.ManyAbove}): {data.ManyClasses}; "
                + $"medium: {data.MediumClasses}; few (under {ClassGroupSizes.FewBelow}): {data.FewClasses}.",
            width);
    }

    private static void Sizes(ImageInspection data, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{"Sizes in pixels",-20}{"smallest",10}{"median",10}{"largest",10}\n");
        foreach (ImageSplitInspection split in data.Splits)
        {
            Line(split.Name, "height", split.Heights);
            Line(split.Name, "width", split.Widths);
        }

        void Line(string split, string what, SizeSummary? sizes)
        {
            if (sizes is { } s)
            {
                text.Append(CultureInfo.InvariantCulture, $"{split,-7} {what,-12}{s.Smallest,10:N0}{s.Median,10:N0}{s.Largest,10:N0}\n");
            }
        }
    }

    /// <summary>Names stand on one line each, however long, so that they can be copied.</summary>
    private static void List(StringBuilder text, string title, string[] lines, int shown)
    {
        if (lines.Length == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{title}: {lines.Length:N0}\n");
        foreach (string line in lines.Take(shown))
        {
            text.Append("- ").Append(line).Append('\n');
        }

        if (lines.Length > shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"- and {lines.Length - shown:N0} more (all of them: --json)\n");
        }
    }
}
