using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Makes a text a little different (EDA, Wei and Zou, EMNLP 2019, section 2). Pieces are words, or characters where a script writes no blanks. A text of one piece stays as it is.</summary>
public static class TextAugmentation
{
    /// <summary>Makes a new text.</summary>
    /// <param name="method">How.</param>
    /// <param name="text">The old text.</param>
    /// <param name="rate">The share of pieces that is left out or changes places, in (0, 1); at least one piece is touched, and never are all left out. EDA takes 0.1.</param>
    /// <param name="random">Decides which.</param>
    public static string Apply(AugmentationMethod method, string text, double rate, ref RandomStream random)
    {
        if (method == AugmentationMethod.Duplicate)
        {
            return text;
        }

        TextPieces pieces = TextPieces.Of(text);
        return pieces.Words.Count < 2 ? text : (method == AugmentationMethod.Swap ? Swapped(pieces, rate, ref random) : Thinned(pieces, rate, ref random)).ToString();
    }

    /// <summary>Swaps two pieces at random, as often as the rate says.</summary>
    private static TextPieces Swapped(TextPieces pieces, double rate, ref RandomStream random)
    {
        string[] words = [.. pieces.Words];
        for (int swaps = Math.Max(1, (int)(rate * words.Length)); swaps > 0; swaps--)
        {
            int first = random.NextInt(words.Length), second = random.NextInt(words.Length - 1);
            second += second >= first ? 1 : 0;
            (words[first], words[second]) = (words[second], words[first]);
        }

        return pieces with { Words = words };
    }

    /// <summary>Leaves each piece out with the rate's chance; one of them when chance would leave all or none.</summary>
    private static TextPieces Thinned(TextPieces pieces, double rate, ref RandomStream random)
    {
        bool[] kept = new bool[pieces.Words.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = random.NextDouble() >= rate;
        }

        bool any = Array.Exists(kept, k => k), all = Array.TrueForAll(kept, k => k);
        if (!any || all)
        {
            kept[random.NextInt(kept.Length)] = !any;
        }

        int[] places = [.. Enumerable.Range(0, kept.Length).Where(i => kept[i])];

        // The first piece that is kept stands where the text began.
        return new TextPieces([pieces.Blanks[0], .. places.Skip(1).Select(i => pieces.Blanks[i])], [.. places.Select(i => pieces.Words[i])], pieces.End);
    }
}
