using System.Runtime.InteropServices;
using System.Text;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>
/// Learns a WordPiece vocabulary from text as Hugging Face's <c>WordPieceTrainer</c> does: the special tokens, every character, every character as a continuation
/// (<c>##c</c>), then the most frequent pairs of neighbouring pieces, merged one after the other (byte-pair encoding; Sennrich et al., 2016).
/// </summary>
public static class WordPieceTrainer
{
    private const string Prefix = "##";

    /// <summary>The encoder makes longer words unknown, so nothing is learned within them but their characters.</summary>
    private const int MaxWordCodePoints = 100;

    /// <summary>Learns a vocabulary. The result depends on the lines' content but not on their order.</summary>
    /// <param name="lines">The text, read once.</param>
    /// <param name="vocabularySize">The most tokens to return, special tokens included; fewer come back when no pair is frequent enough any more.</param>
    /// <param name="normalizer">The normaliser that the tokenizer will use.</param>
    /// <param name="minFrequency">How often a pair must occur to be merged.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>The tokens by id: <c>[PAD] [UNK] [CLS] [SEP] [MASK]</c>, the characters, their continuations, the merges.</returns>
    /// <exception cref="InputException">The text holds no word, or more characters than the vocabulary has room for.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static IReadOnlyList<string> Train(
        IEnumerable<string> lines, int vocabularySize, BertNormalizerOptions normalizer, int minFrequency = 2, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(normalizer);
        KeyValuePair<string, long>[] words = CountWords(lines, normalizer, ct);
        if (words.Length == 0)
        {
            throw new InputException("vocabulary: the text holds no word to learn from; give text files with content");
        }

        List<string> vocabulary = [.. new SpecialTokenNames().All, .. Alphabet(words)];
        return vocabulary.Count <= vocabularySize
            ? PieceMerger.Merge(
                words.Where(w => w.Key.Length <= MaxWordCodePoints || BertCharacters.CountCodePoints(w.Key) <= MaxWordCodePoints), vocabulary, Prefix, vocabularySize, minFrequency, ct)
            : throw new InputException($"vocabulary size: found {vocabularySize}, but the special tokens and the text's characters alone are {vocabulary.Count}; ask for more");
    }

    /// <summary>The words of a text with their numbers, in ordinal order.</summary>
    internal static KeyValuePair<string, long>[] CountWords(IEnumerable<string> lines, BertNormalizerOptions options, CancellationToken ct)
    {
        var normalizer = new BertNormalizer(options);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> bySpan = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (string line in lines)
        {
            ct.ThrowIfCancellationRequested();
            var normalized = new NormalizedText(line.Length, traced: false);
            try
            {
                normalizer.Normalize(line, 0, ref normalized);
                ReadOnlySpan<char> text = normalized.Units;
                int position = 0;
                while (BertPreTokenizer.TryNextWord(text, ref position, out int start))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(bySpan, text[start..position], out _)++;
                }
            }
            finally
            {
                normalized.Dispose();
            }
        }

        return [.. counts.OrderBy(w => w.Key, StringComparer.Ordinal)];
    }

    /// <summary>Every character of the words, and every one that stands within a word as a continuation, each in the order of code points.</summary>
    private static IEnumerable<string> Alphabet(IEnumerable<KeyValuePair<string, long>> words)
    {
        var all = new SortedSet<Rune>();
        var within = new SortedSet<Rune>();
        foreach ((string word, _) in words)
        {
            bool first = true;
            foreach (Rune rune in word.EnumerateRunes())
            {
                all.Add(rune);
                if (!first)
                {
                    within.Add(rune);
                }

                first = false;
            }
        }

        return all.Select(r => r.ToString()).Concat(within.Select(r => Prefix + r));
    }
}
