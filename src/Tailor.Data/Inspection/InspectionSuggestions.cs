namespace Tailor.Data;

/// <summary>Turns the figures of an inspection into what to do about them.</summary>
internal static class InspectionSuggestions
{
    private const int EnoughToJudge = 5;
    private const int Shown = 5;
    private const double NearlyBalanced = 3;
    private const double LongTailed = 20;

    /// <summary>The suggestions, a sentence each, the weightiest first.</summary>
    public static IReadOnlyList<string> For(DatasetInspection data)
    {
        var sentences = new List<string>();
        Leaks(data, sentences);
        Labels(data, sentences);
        Balance(data, sentences);
        Judgement(data, sentences);
        Lengths(data, sentences);
        return sentences;
    }

    private static void Leaks(DatasetInspection data, List<string> sentences)
    {
        RepeatedTexts repeats = data.Repeats;
        int leaks = repeats.DevInTrain + repeats.TestInTrain + repeats.TestInDev;
        if (leaks > 0)
        {
            sentences.Add($"{leaks:N0} dev or test {(leaks == 1 ? "text also stands" : "texts also stand")} in another part: remove them, or scores flatter the model.");
        }

        if (repeats.Contradicting > 0)
        {
            sentences.Add($"{repeats.Contradicting:N0} {(repeats.Contradicting == 1 ? "row contradicts" : "rows contradict")} an earlier row with the same text and another label: correct the labels.");
        }

        int empty = data.Splits.Sum(s => s.EmptyTexts);
        if (empty > 0)
        {
            sentences.Add($"{empty:N0} {(empty == 1 ? "text is" : "texts are")} empty: remove them, nothing can be learnt from them.");
        }
    }

    private static void Labels(DatasetInspection data, List<string> sentences)
    {
        string[] alike = [.. data.Classes.Select(c => c.Label).GroupBy(l => l.Trim(), StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1)
            .Select(g => string.Join(" and ", g.Select(l => $"'{Excerpt.Of(l)}'")))];
        if (alike.Length > 0)
        {
            sentences.Add($"Labels differ only in case or blanks: {string.Join("; ", alike.Take(Shown))}. If they mean the same class, write them alike.");
        }

        SplitInspection first = data.Splits[0];
        if (first.Classes > 10 && first.Classes > first.Rows / 2)
        {
            sentences.Add($"{first.Classes:N0} classes in {first.Rows:N0} rows: is this the label column?");
        }
    }

    private static void Balance(DatasetInspection data, List<string> sentences)
    {
        if (data.ImbalanceRatio is null)
        {
            return;
        }

        if (data.Splits[0].Classes == 1)
        {
            sentences.Add("There is only one class: a classifier needs rows of at least two. Is this the label column?");
            return;
        }

        switch (data.ImbalanceRatio)
        {
            case < NearlyBalanced:
                sentences.Add("The classes are nearly balanced: cls-tanh, plain fine-tuning, should do.");
                break;
            case < LongTailed:
                sentences.Add("The classes are mildly imbalanced: compare cls-tanh with cls-weighted and cls-focal by macro-F1.");
                break;
            default:
                sentences.Add("The classes are long-tailed: accuracy will hide the tail, so judge by macro-F1 and tail F1; compare cls-tanh with cls-focal-glee, cls-weighted and cls-eta.");
                break;
        }

        SplitInspection scored = data.Splits.FirstOrDefault(s => s.Name == "test") ?? data.Splits[0];
        if (scored.HeadClasses == 0)
        {
            string part = scored.Name == "all" ? "the rows" : scored.Name;
            sentences.Add($"No class is head at {data.HeadThreshold:0.##}, since one class alone holds that share of {part}: a larger head threshold gives a head F1.");
        }

        int single = data.Classes.Count(c => c.Train == 1);
        if (single > 0)
        {
            sentences.Add($"{single:N0} {(single == 1 ? "class has" : "classes have")} a single training row: a few more rows there help more than any recipe.");
        }
    }

    private static void Judgement(DatasetInspection data, List<string> sentences)
    {
        SplitInspection? test = data.Splits.FirstOrDefault(s => s.Name == "test");
        if (test is null)
        {
            return;
        }

        int small = data.Classes.Count(c => c.Test < EnoughToJudge && c.Train > 0);
        if (small > 0)
        {
            sentences.Add($"{small:N0} of {data.Classes.Count:N0} classes have fewer than {EnoughToJudge} test rows: their own F1 says little; read the group scores, over several seeds.");
        }
    }

    private static void Lengths(DatasetInspection data, List<string> sentences)
    {
        SplitInspection first = data.Splits[0];
        string texts = first.Name == "all" ? "texts" : $"{first.Name} texts";
        if (first.Tokens is { } tokens)
        {
            sentences.Add($"A max length of {tokens.P95} tokens covers 95 % of the {texts}, {tokens.P99} covers 99 %; the longest has {tokens.Longest}.");
        }
        else if (first is { Words: { } words, Characters: { } characters })
        {
            // Scripts without blanks between words are measured in characters.
            string most = words.Median > 1 ? $"{words.P95} words" : $"{characters.P95} characters";
            sentences.Add($"95 % of the {texts} have at most {most}; name a model (--model) to choose the max length by its tokens.");
        }
    }
}
