using System.Globalization;
using System.Text;

namespace Tailor.Data;

/// <summary>Draws an inspection in plain characters.</summary>
internal static class InspectionText
{
    private const int MinWidth = 72;
    private const int MaxLabelWidth = 28;
    private const double LogarithmicFrom = 50;

    /// <summary>The whole text, lines ended by line feeds.</summary>
    public static string Of(DatasetInspection data, int width, int maxClasses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxClasses, 2);
        width = Math.Max(MinWidth, width);
        var text = new StringBuilder();
        Rows(data, text, width);
        Profile(data, text, width, maxClasses);
        Lengths(data, text);
        Sentences(text, "Notes", [.. data.Notes.Concat(data.Repeats.ToSentences(split: data.Splits[0].Name == "train")).Distinct(StringComparer.Ordinal)], width);
        Sentences(text, "Suggestions", data.Suggestions, width);
        return text.ToString();
    }

    private static void Rows(DatasetInspection data, StringBuilder text, int width)
    {
        text.Append(CultureInfo.InvariantCulture, $"{"",-8}{"rows",10}{"classes",9}{"head",6}{"tail",6}{"empty",7}\n");
        foreach (SplitInspection split in data.Splits)
        {
            text.Append(CultureInfo.InvariantCulture, $"{split.Name,-8}{split.Rows,10:N0}{split.Classes,9:N0}{split.HeadClasses,6:N0}{split.TailClasses,6:N0}{split.EmptyTexts,7:N0}\n");
        }

        Wrap(text, "", $"Head: the most frequent classes of a part, as long as together they hold less than {data.HeadThreshold:0.##} of it; the others are tail.", width);
        if (data.ImbalanceRatio is { } ratio)
        {
            string basis = data.Splits[0].Name == "all" ? "rows" : "training rows";
            text.Append('\n');
            Wrap(
                text,
                "",
                $"Imbalance ratio {ratio:0.#}. Classes with many {basis} (over {ClassGroupSizes.ManyAbove}): {data.ManyClasses}; medium: {data.MediumClasses}; few (under {ClassGroupSizes.FewBelow}): {data.FewClasses}.",
                width);
        }
    }

    private static void Profile(DatasetInspection data, StringBuilder text, int width, int maxClasses)
    {
        ClassCount[] classes = [.. data.Classes];
        if (classes.Length == 0 || classes[0].Train == 0)
        {
            return;
        }

        bool logarithmic = data.ImbalanceRatio >= LogarithmicFrom;
        text.Append(logarithmic ? "\nClass profile (bars on a logarithmic scale)\n" : "\nClass profile\n");
        int labelWidth = Math.Min(Math.Min(MaxLabelWidth, width / 3), classes.Max(c => DisplayWidth.Of(c.Label)));
        int countWidth = classes[0].Train.ToString("N0").Length;
        int barWidth = width - labelWidth - countWidth - 5;
        int first = classes.Length <= maxClasses ? classes.Length : (maxClasses + 1) / 2;
        int last = classes.Length <= maxClasses ? 0 : maxClasses - first;
        foreach (ClassCount c in classes.Take(first))
        {
            Line(c);
        }

        if (last > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  ... {classes.Length - first - last:N0} classes between ...\n");
        }

        foreach (ClassCount c in classes.TakeLast(last))
        {
            Line(c);
        }

        void Line(ClassCount c)
        {
            double share = logarithmic ? Math.Log(1 + c.Train) / Math.Log(1 + classes[0].Train) : (double)c.Train / classes[0].Train;
            int bar = c.Train == 0 ? 0 : Math.Max(1, (int)Math.Round(share * barWidth));
            text.Append("  ").Append(DisplayWidth.Pad(c.Label, labelWidth)).Append(' ')
                .Append(c.Train.ToString("N0").PadLeft(countWidth)).Append(bar > 0 ? " " : "").Append('#', bar).Append('\n');
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

    private static void Sentences(StringBuilder text, string title, IReadOnlyList<string> sentences, int width)
    {
        if (sentences.Count == 0)
        {
            return;
        }

        text.Append('\n').Append(title).Append('\n');
        foreach (string sentence in sentences)
        {
            Wrap(text, "- ", sentence, width);
        }
    }

    /// <summary>Writes a sentence behind a mark, broken between words and set in by the mark's width.</summary>
    private static void Wrap(StringBuilder text, string mark, string sentence, int width)
    {
        text.Append(mark);
        int column = mark.Length;
        foreach (string word in sentence.Split(' '))
        {
            int wide = DisplayWidth.Of(word);
            if (column > mark.Length && column + wide >= width)
            {
                text.Append('\n').Append(' ', mark.Length);
                column = mark.Length;
            }
            else if (column > mark.Length)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += wide;
        }

        text.Append('\n');
    }
}
