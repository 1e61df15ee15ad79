using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>What hurried typing does to a text: letters swapped, dropped and doubled, capitals and full stops left out.</summary>
internal static class TypingNoise
{
    private const double TypoRate = 0.02;
    private const int ShortestMistyped = 5;

    /// <summary>Applies a writer's haste to a tidy text.</summary>
    /// <param name="text">The text with its capitals and punctuation.</param>
    /// <param name="random">The stream that decides.</param>
    public static string Apply(string text, ref RandomStream random)
    {
        string[] words = text.Split(' ');
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i].Length >= ShortestMistyped && words[i].All(char.IsLetter) && random.NextDouble() < TypoRate)
            {
                words[i] = Mistype(words[i], ref random);
            }
        }

        text = string.Join(' ', words);
        double style = random.NextDouble();
        if (style < 0.3)
        {
            text = text.ToLowerInvariant();
        }
        else if (style < 0.33)
        {
            text = text.ToUpperInvariant();
        }

        return random.NextDouble() < 0.15 ? text.Replace(".", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal) : text;
    }

    private static string Mistype(string word, ref RandomStream random)
    {
        int at = 1 + random.NextInt(word.Length - 2);
        return random.NextInt(3) switch
        {
            0 => string.Concat(word.AsSpan(0, at), word.AsSpan(at + 1, 1), word.AsSpan(at, 1), word.AsSpan(at + 2)),
            1 => word.Remove(at, 1),
            _ => word.Insert(at, word[at].ToString()),
        };
    }
}
