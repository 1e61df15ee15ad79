using System.Globalization;
using System.Text;

namespace Tailor.Data;

/// <summary>What the inspections of texts and of pictures draw alike, in plain characters.</summary>
internal static class InspectionParts
{
    /// <summary>The fewest columns that are drawn for.</summary>
    public const int MinWidth = 72;

    private const int MaxLabelWidth = 28;
    private const double LogarithmicFrom = 50;

    /// <summary>The classes' counts in train as a bar chart.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="classes">The classes, from the most to the least frequent in train.</param>
    /// <param name="imbalance">The largest count over the smallest; from 50 on the bars are logarithmic.</param>
    /// <param name="width">The columns of the terminal.</param>
    /// <param name="maxClasses">How many classes are shown at most, from 2; the middle ones are left out.</param>
    public static void Profile(StringBuilder text, IReadOnlyList<ClassCount> classes, double? imbalance, int width, int maxClasses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxClasses, 2);
        if (classes.Count == 0 || classes[0].Train == 0)
        {
            return;
        }

        bool logarithmic = imbalance >= LogarithmicFrom;
        text.Append(logarithmic ? "\nClass profile (bars on a logarithmic scale)\n" : "\nClass profile\n");
        int labelWidth = Math.Min(Math.Min(MaxLabelWidth, width / 3), classes.Max(c => DisplayWidth.Of(c.Label)));
        int countWidth = classes[0].Train.ToString("N0").Length;
        int barWidth = width - labelWidth - countWidth - 5;
        int first = classes.Count <= maxClasses ? classes.Count : (maxClasses + 1) / 2;
        int last = classes.Count <= maxClasses ? 0 : maxClasses - first;
        foreach (ClassCount c in classes.Take(first))
        {
            Line(c);
        }

        if (last > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  ... {classes.Count - first - last:N0} classes between ...\n");
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

    /// <summary>A title and sentences, a mark before each.</summary>
    public static void Sentences(StringBuilder text, string title, IReadOnlyList<string> sentences, int width)
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
    public static void Wrap(StringBuilder text, string mark, string sentence, int width)
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
