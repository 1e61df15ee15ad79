using System.Text;
using Tailor.Foundation;

namespace Tailor.Backbones.Tests;

public class TokenizerPropertyTests
{
    private static readonly string[] Pieces =
        ["a", "b", "Z", "the", "ing", " ", "  ", "\t", "\r\n", ".", ",", "'", "#", "[", "]", "[MASK]", "[CLS]", "\u00E9", "e\u0301", "\u0130", "\u00DF", "\u03A3", "\uAC00", "\u4E2D", "\uF900", "\U0001F600",
         "\U00020000", "\u200B", "\u00AD", "\u0000", "\uFFFD", "\u00A0", "\u3000", "\u2028", "\uE000", "\u0958", "\u302E", "\uFFFF", "\uD83D", "\uDE00", "\u1E9E", "\U0001D165"];

    [Fact]
    public void Offsets_move_forward_and_stay_within_the_text()
    {
        foreach (WordPieceTokenizer tokenizer in Tokenizers())
        {
            foreach (string text in Texts(2000))
            {
                TokenizedText tokens = tokenizer.Encode(text, null, new EncodeOptions { AddSpecialTokens = false });
                int before = 0;
                foreach ((int start, int end) in tokens.Offsets)
                {
                    Assert.True(before <= start && start < end, $"'{text}'");
                    before = start;
                }

                Assert.True(tokens.Offsets.Length == 0 || tokens.Offsets.Max(o => o.End) <= text.EnumerateRunes().Count(), $"'{text}'");
            }
        }
    }

    [Fact]
    public void Ids_are_the_same_with_and_without_offsets_and_in_a_piece_of_a_longer_text()
    {
        foreach (WordPieceTokenizer tokenizer in Tokenizers())
        {
            foreach (string text in Texts(2000))
            {
                int[] ids = tokenizer.Encode(text, null, new EncodeOptions { AddSpecialTokens = false }).Ids;
                var appended = new List<int>();
                tokenizer.AppendIds(text, appended);
                Assert.Equal(ids, appended);
                appended.Clear();
                tokenizer.AppendIds($"{text} a {text}".AsSpan(0, text.Length), appended);
                Assert.Equal(ids, appended);
                Assert.Equal([tokenizer.ClsId!.Value, .. ids.Take(5), tokenizer.SepId!.Value], tokenizer.EncodeIds(text, null, 7, out _));
            }
        }
    }

    [Fact]
    public void Pieces_put_together_are_the_words_again()
    {
        WordPieceTokenizer tokenizer = Tokenizers()[0];
        var random = RandomStream.For(5, "words");
        for (int i = 0; i < 1000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, 1 + random.NextInt(30)).Select(_ => "abcdefghijXYZ019.,- "[random.NextInt(20)]));
            var rebuilt = new StringBuilder();
            foreach (string token in tokenizer.Encode(text, null, new EncodeOptions { AddSpecialTokens = false }).Ids.Select(tokenizer.TokenOf))
            {
                rebuilt.Append(token.StartsWith("##", StringComparison.Ordinal) ? token[2..] : token);
            }

            Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), rebuilt.ToString());
        }
    }

    [Fact]
    public void Places_of_runs_of_ascii_lead_to_the_letters_of_their_tokens()
    {
        WordPieceTokenizer tokenizer = Tokenizers()[1];
        var random = RandomStream.For(6, "runs");
        int checkedTokens = 0;
        for (int i = 0; i < 2000; i++)
        {
            // Whole runs of ASCII, control characters among them, between characters that become none, one or three.
            string text = string.Concat(Enumerable.Range(0, random.NextInt(40)).Select(_ =>
                random.NextInt(6) > 0 ? ((char)(random.NextInt(3) > 0 ? 'a' + random.NextInt(10) : random.NextInt(128))).ToString() : Pieces[random.NextInt(Pieces.Length)]));
            Rune[] source = [.. text.EnumerateRunes()];
            TokenizedText tokens = tokenizer.Encode(text, null, new EncodeOptions { AddSpecialTokens = false });
            foreach ((int id, (int start, int end)) in tokens.Ids.Zip(tokens.Offsets))
            {
                Rune[] covered = source[start..end];
                if (id != tokenizer.UnkId && id != tokenizer.ClsId && id != tokenizer.MaskId && covered.All(rune => rune.IsAscii))
                {
                    string letters = string.Concat(covered.Where(rune => !Rune.IsControl(rune))).ToLowerInvariant();
                    Assert.Equal(letters, tokenizer.TokenOf(id).Replace("##", "", StringComparison.Ordinal));
                    checkedTokens++;
                }
            }
        }

        Assert.True(checkedTokens > 10_000, $"{checkedTokens}");
    }

    [Fact]
    public void Threads_may_share_a_tokenizer()
    {
        string[] texts = [.. Texts(400)];
        WordPieceTokenizer own = Tokenizers()[1];
        int[][] alone = [.. texts.Select(t => own.EncodeIds(t, t, 20, out _))];
        WordPieceTokenizer shared = Tokenizers()[1];
        int[][] together = [.. texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(t => shared.EncodeIds(t, t, 20, out _))];
        Assert.Equal(alone, together);
    }

    private static WordPieceTokenizer[] Tokenizers()
    {
        string[] characters = [.. "abcdefghijXYZ019.,-zktnßσ中'#[]".Select(c => c.ToString()), "\U0001F600"];
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", .. characters, .. characters.Select(c => $"##{c}"), "##ing", "ab", "##ab"];
        return [WordPieceTokenizer.FromVocabulary(vocabulary, new BertNormalizerOptions { Lowercase = false }), WordPieceTokenizer.FromVocabulary(vocabulary, new BertNormalizerOptions())];
    }

    private static IEnumerable<string> Texts(int count)
    {
        var random = RandomStream.For(4, "texts");
        for (int i = 0; i < count; i++)
        {
            var text = new StringBuilder();
            for (int n = random.NextInt(25); n > 0; n--)
            {
                text.Append(random.NextInt(4) == 0 ? ((char)random.NextInt(char.MaxValue)).ToString() : Pieces[random.NextInt(Pieces.Length)]);
            }

            yield return text.ToString();
        }
    }
}
