using System.Globalization;
using System.Text;

namespace Tailor.Data;

/// <summary>Draws an inspection in plain characters.</summary>
internal static class InspectionText
{
    /// <summary>The whole text, lines ended by line feeds.</summary>
    public static string Of(DatasetInspection data, int width, int maxClasses)
    {
        width = Math.Max(InspectionParts.MinWidth, width);
        var text = new StringBuilder();
        Rows(data, text, width);
        InspectionParts.Profile(text, data.Classes, data.ImbalanceRatio, width, maxClasses);
        Lengths(data, text);
        InspectionParts.Sentences(text, "Notes", [.. data.Notes.Concat(data.Repeats.ToSentences(split: data.Splits[0].Name == "train")).Distinct(StringComparer.Ordinal)], width);
        InspectionParts.Sentences(text, "Suggestions", data.Suggestions, width);
        return text.ToString();
    }

    private static void Rows(DatasetInspection data, StringBuilder text, int width)
    {
        text.Append(CultureInfo.InvariantCulture, $"{"",-8}{"rows",10}{"classes",9}{"head",6}{"tail",6}{"empty",7}\n");
        foreach (SplitInspection split in data.Splits)
        {
            text.Append(CultureInfo.InvariantCulture, $"{split.Name,-8}{split.Rows,10:N0}{split.Classes,9:N0}{split.HeadClasses,6:N0}{split.TailClasses,6:N0}{split.EmptyTexts,7:N0}\n");
        }

        InspectionParts.Wrap(text, "", $"Head: the most frequent classes of a part, as long as together they hold less than {data.HeadThreshold:0.##} of it; the others are tail.", width);
        if (data.ImbalanceRatio is { } ratio)
        {
            string basis = data.Splits[0].Name == "all" ? "rows" : "training rows";
            text.Append('\n');
            InspectionParts.Wrap(
                text,
                "",
                $"Imbalance ratio {ratio:0.#}. Classes with many {basis} (over {ClassGroupSizes.ManyAbove}): {data.ManyClasses}; medium: {data.MediumClasses}; few (under {ClassGroupSizes.FewBelow}): {data.FewClasses}.",
                width);
        }
    }

    private static void Lengths(DatasetInspection data, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{"Lengths",-20}{"mean",8}{"50 %",8}{"90 %",8}{"95 %",8}{"99 %",8}{"longest",9}\n");
        foreach (SplitInspection split in data.Splits)
        {
            Line(split.Name, "characters", split.Characters);
            Line(split.Name, "words", split.Words);
            Line(split.Name, "tokens", split.Tokens);
        }

        void Line(string split, string unit, LengthSummary? lengths)
        {
            if (lengths is { } l)
            {
                text.Append(CultureInfo.InvariantCulture, $"{split,-7} {unit,-12}{l.Mean,8:0.0}{l.Median,8}{l.P90,8}{l.P95,8}{l.P99,8}{l.Longest,9}\n");
            }
        }
    }
}
