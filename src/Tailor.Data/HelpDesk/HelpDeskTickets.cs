using System.Globalization;
using System.Text;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>
/// English help-desk tickets from a seeded grammar: 30 classes whose training counts fall exponentially from 400 to 4, with balanced development and test sets.
/// Rare classes resemble frequent ones and are told apart by a few words that have many synonyms, so that plain fine-tuning finds the head and misses the tail.
/// </summary>
public static class HelpDeskTickets
{
    /// <summary>Training examples of the most frequent class.</summary>
    public const int LargestClass = 400;

    /// <summary>Training examples of the least frequent class.</summary>
    public const int SmallestClass = 4;

    /// <summary>Development examples of each class.</summary>
    public const int DevPerClass = 5;

    /// <summary>Test examples of each class.</summary>
    public const int TestPerClass = 12;

    private static readonly Lazy<Grammar> Language = new(ReadGrammar);

    /// <summary>The class names, from the most to the least frequent.</summary>
    public static IReadOnlyList<string> Labels => Language.Value.Words("classes");

    /// <summary>How many training examples a class has: <c>largest * ratio^(-i / (C - 1))</c>, rounded (the exponential profile of Cui et al., CVPR 2019).</summary>
    /// <param name="label">The index of the class in <see cref="Labels"/>.</param>
    public static int TrainCount(int label)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, Labels.Count);
        return LongTailProfile.RoundedExponential(LargestClass, SmallestClass, label, Labels.Count);
    }

    /// <summary>Makes the data set. No text stands in it twice.</summary>
    /// <param name="seed">The seed; the same seed gives the same texts everywhere.</param>
    public static TextDataset Create(long seed = 1)
    {
        (List<TextExample> train, List<TextExample> dev, List<TextExample> test) = Splits(seed);
        return TextDataset.Create(new LabelSet(Labels), train, dev, test, source: "help-desk tickets");
    }

    /// <summary>
    /// Unlabelled text of the same language for pretraining: tickets of all classes alike, answers of the desk, and notes in which words that mean the same stand together.
    /// No ticket of <see cref="Create"/> with the same seed is among them.
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="sentences">How many texts to make, one a line.</param>
    public static IEnumerable<string> Corpus(long seed, int sentences)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sentences);
        return Texts();

        IEnumerable<string> Texts()
        {
            (List<TextExample> train, List<TextExample> dev, List<TextExample> test) = Splits(seed);
            var taken = new HashSet<string>(train.Concat(dev).Concat(test).Select(example => example.Text), StringComparer.Ordinal);
            int given = 0;
            for (long i = 0; given < sentences; i++)
            {
                string text = CorpusText(RandomStream.For(seed, "help-desk corpus", i));
                if (!taken.Contains(text))
                {
                    given++;
                    yield return text;
                }
            }
        }
    }

    private static (List<TextExample> Train, List<TextExample> Dev, List<TextExample> Test) Splits(long seed)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        int classes = Labels.Count;
        List<TextExample> test = Split(seed, "help-desk test", classes, _ => TestPerClass, seen);
        List<TextExample> dev = Split(seed, "help-desk dev", classes, _ => DevPerClass, seen);
        return (Split(seed, "help-desk train", classes, TrainCount, seen), dev, test);
    }

    private static List<TextExample> Split(long seed, string purpose, int classes, Func<int, int> count, HashSet<string> seen)
    {
        var rows = new List<(string Text, string Label)>();
        for (int label = 0; label < classes; label++)
        {
            RandomStream random = RandomStream.For(seed, purpose, label);
            for (int wanted = count(label); wanted > 0;)
            {
                string text = Ticket(Labels[label], ref random);
                if (seen.Add(text))
                {
                    rows.Add((text, Labels[label]));
                    wanted--;
                }
            }
        }

        (string Text, string Label)[] shuffled = [.. rows];
        RandomStream.For(seed, purpose + " order").Shuffle<(string, string)>(shuffled);
        return [.. shuffled.Select((row, i) => new TextExample(row.Text, Pair: null, row.Label, i + 1))];
    }

    private static string Ticket(string label, ref RandomStream random)
    {
        Grammar language = Language.Value;
        var text = new StringBuilder();
        if (random.NextDouble() < 0.4)
        {
            text.Append(language.Expand("greeting", ref random)).Append(", ");
        }

        if (random.NextDouble() < 0.3)
        {
            text.Append(language.Expand("intro", ref random)).Append(". ");
        }

        bool distractorFirst = random.NextDouble() < 0.15;
        if (distractorFirst)
        {
            AppendSentence(text, language.Expand("distractor", ref random), ref random);
        }

        AppendSentence(text, language.Expand("ticket." + label, ref random), ref random);
        if (random.NextDouble() < 0.4)
        {
            AppendSentence(text, language.Expand("followup", ref random), ref random);
        }

        if (!distractorFirst && random.NextDouble() < 0.3)
        {
            AppendSentence(text, language.Expand("distractor", ref random), ref random);
        }

        if (random.NextDouble() < 0.4)
        {
            text.Append(language.Expand("closing", ref random));
        }

        return TypingNoise.Apply(text.ToString().TrimEnd(), ref random);
    }

    private static void AppendSentence(StringBuilder text, string sentence, ref RandomStream random)
    {
        text.Append(char.ToUpper(sentence[0], CultureInfo.InvariantCulture)).Append(sentence.AsSpan(1)).Append(random.NextInt(12) == 0 ? "! " : ". ");
    }

    private static string CorpusText(RandomStream random)
    {
        Grammar language = Language.Value;
        string label = Labels[random.NextInt(Labels.Count)];
        double kind = random.NextDouble();
        if (kind < 0.45)
        {
            return Ticket(label, ref random);
        }

        if (kind < 0.65)
        {
            int concept = random.NextInt(language.Count("concepts"));
            string a = language.ExpandAlternative("concepts", concept, ref random);
            string b = a;
            while (b == a)
            {
                b = language.ExpandAlternative("concepts", concept, ref random);
            }

            return Fill(language.Expand("synonym", ref random), a, b);
        }

        string asked = language.Expand("ticket." + label, ref random);
        return kind < 0.82
            ? Fill(language.Expand("merged", ref random), asked, language.Expand("ticket." + label, ref random))
            : Fill(language.Expand("reply", ref random), asked, language.Expand("answer." + label, ref random));
    }

    private static string Fill(string frame, string a, string b) => frame.Replace("{a}", a, StringComparison.Ordinal).Replace("{b}", b, StringComparison.Ordinal);

    private static Grammar ReadGrammar()
    {
        using Stream stream = typeof(HelpDeskTickets).Assembly.GetManifestResourceStream("help-desk.grammar")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Grammar.Parse(reader.ReadToEnd());
    }
}
