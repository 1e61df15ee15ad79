namespace Tailor.Data;

/// <summary>How often texts come back. Two examples repeat each other when text and pair are equal character by character.</summary>
/// <param name="WithinTrain">Rows of train that repeat an earlier row of train.</param>
/// <param name="Contradicting">Rows of train that repeat an earlier row under another label.</param>
/// <param name="DevInTrain">Rows of dev whose text stands in train.</param>
/// <param name="TestInTrain">Rows of test whose text stands in train.</param>
/// <param name="TestInDev">Rows of test whose text stands in dev and not in train.</param>
public sealed record RepeatedTexts(int WithinTrain, int Contradicting, int DevInTrain, int TestInTrain, int TestInDev)
{
    /// <summary>Counts the repetitions of a split data set.</summary>
    /// <param name="train">The training examples.</param>
    /// <param name="dev">The dev examples.</param>
    /// <param name="test">The test examples.</param>
    public static RepeatedTexts Count(IEnumerable<TextExample> train, IEnumerable<TextExample> dev, IEnumerable<TextExample> test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(dev);
        ArgumentNullException.ThrowIfNull(test);
        using var tally = new RepeatTally();
        foreach (TextExample example in train)
        {
            tally.Add(example);
        }

        int devInTrain = 0;
        var devTexts = new HashSet<UInt128>();
        foreach (TextExample example in dev)
        {
            UInt128 hash = TextHash.Of(example);
            devTexts.Add(hash);
            devInTrain += tally.Contains(hash) ? 1 : 0;
        }

        int testInTrain = 0;
        int testInDev = 0;
        foreach (UInt128 hash in test.Select(TextHash.Of))
        {
            if (tally.Contains(hash))
            {
                testInTrain++;
            }
            else if (devTexts.Contains(hash))
            {
                testInDev++;
            }
        }

        return new RepeatedTexts(tally.Repeated, tally.Contradicting, devInTrain, testInTrain, testInDev);
    }

    /// <summary>What was found, a sentence each; nothing when nothing repeats.</summary>
    /// <param name="split">Whether the rows stand in parts; without it "train" is the one file and is not named.</param>
    public IReadOnlyList<string> ToSentences(bool split = true)
    {
        string within = split ? " of train" : "";
        var sentences = new List<string>();
        Say(WithinTrain, $"row{within} repeats the text of an earlier one", $"rows{within} repeat the text of an earlier one");
        Say(Contradicting, "of them has another label than the earlier one", "of them have another label than the earlier one");
        Say(DevInTrain, "dev text also stands in train", "dev texts also stand in train");
        Say(TestInTrain, "test text also stands in train", "test texts also stand in train");
        Say(TestInDev, "test text also stands in dev", "test texts also stand in dev");
        return sentences;

        void Say(int count, string one, string many)
        {
            if (count > 0)
            {
                sentences.Add($"{count:N0} {(count == 1 ? one : many)}.");
            }
        }
    }
}
