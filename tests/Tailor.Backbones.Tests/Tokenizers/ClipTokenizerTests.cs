using System.Text;
using System.Text.Json.Nodes;
using Tailor.Foundation;

namespace Tailor.Backbones.Tests;

public sealed class ClipTokenizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-clip").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("ab", "ab</w>")]
    [InlineData("AB  bab\n", "ab</w> b ab</w>")]
    [InlineData("abab", "abab</w>")]
    [InlineData("photo's", "pho t o</w> ' s</w>")]
    [InlineData("it'll ab'", "i t</w> ' l l</w> ab</w> '</w>")]
    [InlineData("12", "1</w> 2</w>")]
    [InlineData("a1b", "a</w> 1</w> b</w>")]
    [InlineData("!?ab...", "! ?</w> ab</w> . . .</w>")]
    [InlineData("É e\u0301", "\u00c3\u00a9</w> \u00c3\u00a9</w>")]
    [InlineData("", "")]
    [InlineData(" \t\u3000", "")]
    [InlineData("ab<|endoftext|>ab", "ab</w> <|endoftext|> ab</w>")]
    public void Texts_become_these_pieces(string text, string pieces)
    {
        ClipTokenizer tokenizer = TinyTexts.Tokenizer();
        string[] expected = [ClipDefinition.Start, .. pieces.Split(' ', StringSplitOptions.RemoveEmptyEntries), ClipDefinition.End];
        TokenizedText encoded = tokenizer.Encode(text);
        Assert.Equal(expected, encoded.Ids.Select(tokenizer.TokenOf));
        Assert.Equal(encoded.Ids, tokenizer.EncodeIds(text, null, 100, out int first));
        Assert.Equal(encoded.Ids.Length, first);
    }

    [Fact]
    public void Offsets_are_code_points_of_the_text_as_it_was_given()
    {
        TokenizedText encoded = TinyTexts.Tokenizer().Encode("😀 e\u0301 AB");

        // The four bytes of the first sign are four pieces of the same place; the composed letter covers both of its code points.
        Assert.Equal([(0, 0), (0, 1), (0, 1), (0, 1), (0, 1), (2, 4), (5, 7), (0, 0)], encoded.Offsets);
    }

    [Fact]
    public void A_text_that_is_cut_keeps_its_end_and_a_pair_is_divided_by_two_ends()
    {
        ClipTokenizer tokenizer = TinyTexts.Tokenizer();
        int start = tokenizer.ClsId!.Value, end = tokenizer.SepId!.Value, ab = tokenizer.IdOf("ab</w>")!.Value;
        Assert.Equal([start, ab, ab, end], tokenizer.EncodeIds("ab ab ab ab", null, 4, out _));
        Assert.Equal([start, ab, end, end, ab, end], tokenizer.EncodeIds("ab", "ab", 20, out _));
        Assert.Throws<InputException>(() => tokenizer.EncodeIds("ab", null, 1, out _));
    }

    [Fact]
    public void Merging_gives_what_merging_the_earliest_pair_again_and_again_gives()
    {
        // Pieces of three letters in an order that makes many overlaps; every merge's parts stand before it.
        RandomStream random = RandomStream.For(3, "merges");
        List<string> pieces = ["a", "b", "c", "a</w>", "b</w>", "c</w>"];
        List<(string Left, string Right)> merges = [];
        while (merges.Count < 60)
        {
            (string left, string right) = (pieces[random.NextInt(pieces.Count)], pieces[random.NextInt(pieces.Count)]);
            if (!left.EndsWith("</w>", StringComparison.Ordinal) && left.Length + right.Length < 14 && !pieces.Contains(left + right))
            {
                merges.Add((left, right));
                pieces.Add(left + right);
            }
        }

        var tokenizer = new ClipTokenizer(ClipDefinition.Of("test", [.. pieces, ClipDefinition.Start, ClipDefinition.End], merges, []));
        for (int i = 0; i < 300; i++)
        {
            string word = string.Concat(Enumerable.Range(0, 1 + random.NextInt(30)).Select(_ => "abc"[random.NextInt(3)]));
            List<string> expected = [.. word[..^1].Select(c => c.ToString()), word[^1] + "</w>"];
            while (true)
            {
                int at = -1, best = int.MaxValue;
                for (int p = 0; p < expected.Count - 1; p++)
                {
                    int rank = merges.IndexOf((expected[p], expected[p + 1]));
                    (at, best) = rank >= 0 && rank < best ? (p, rank) : (at, best);
                }

                if (at < 0)
                {
                    break;
                }

                expected[at] += expected[at + 1];
                expected.RemoveAt(at + 1);
            }

            List<int> ids = [];
            tokenizer.AppendIds(word, ids);
            Assert.Equal(expected, ids.Select(tokenizer.TokenOf));
        }
    }

    [Fact]
    public void Both_kinds_of_files_give_the_same_tokenizer_and_what_is_saved_is_read_again()
    {
        ClipTokenizer made = TinyTexts.Tokenizer();
        made.Save(_folder);
        string[] merges = [.. File.ReadAllLines(Path.Combine(_folder, "merges.txt")).Skip(1)];
        AssertSame(made, ClipTokenizer.Load(_folder));
        Assert.Equal("CLIPTokenizer", JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "tokenizer_config.json")))!["tokenizer_class"]!.GetValue<string>());

        foreach (bool pairs in new[] { false, true })
        {
            var list = new JsonArray([.. merges.Select(merge => pairs ? new JsonArray([.. merge.Split(' ').Select(p => JsonValue.Create(p))]) : (JsonNode)JsonValue.Create(merge))]);
            WriteJson(json => json["model"]!["merges"] = list);
            AssertSame(made, ClipTokenizer.Load(_folder));
        }
    }

    [Fact]
    public void Files_that_do_not_belong_together_and_other_kinds_are_refused()
    {
        Assert.Contains("neither tokenizer.json nor vocab.json with merges.txt", Assert.Throws<InputException>(() => ClipTokenizer.Load(_folder)).Message, StringComparison.Ordinal);
        TinyTexts.Tokenizer().Save(_folder);
        string merges = Path.Combine(_folder, "merges.txt");
        File.WriteAllText(merges, "#version: 0.2\na b</w>\nq z\n");
        Assert.Contains("merge 2 ('q' with 'z') needs 'qz'", Assert.Throws<InputException>(() => ClipTokenizer.Load(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(merges, "#version: 0.2\na b c\n");
        Assert.Contains("merges.txt:2", Assert.Throws<InputException>(() => ClipTokenizer.Load(_folder)).Message, StringComparison.Ordinal);
        foreach (Action<JsonObject> change in new Action<JsonObject>[]
        {
            json => json["model"]!["end_of_word_suffix"] = "",
            json => json["model"]!["type"] = "WordPiece",
            json => json["normalizer"] = new JsonObject { ["type"] = "NFC" },
            json => json["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
        })
        {
            WriteJson(change);
            Assert.Contains("supported is CLIP's tokenizer", Assert.Throws<InputException>(() => ClipTokenizer.Load(_folder)).Message, StringComparison.Ordinal);
        }

        WriteJson(json =>
        {
            json["model"]!["vocab"]!.AsObject().Remove(ClipDefinition.End);
            json["added_tokens"]!.AsArray().RemoveAt(1);
        });
        Assert.Contains(ClipDefinition.End, Assert.Throws<InputException>(() => ClipTokenizer.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_further_token_is_found_in_the_text()
    {
        ClipTokenizer tokenizer = (ClipTokenizer)TinyTexts.Tokenizer().WithTokens(["{x}", "ab</w>"]);
        Assert.Equal(TinyTexts.Tokenizer().VocabularySize + 1, tokenizer.VocabularySize);
        Assert.Equal([ClipDefinition.Start, "ab</w>", "{x}", "ab</w>", ClipDefinition.End], tokenizer.Encode("ab{x}ab").Ids.Select(tokenizer.TokenOf));
    }

    [Fact]
    public void Pieces_of_the_reference_for_single_words()
    {
        // GPT-2's cut of texts into words is another than CLIP's, but within a word the merges are the same algorithm; "add_prefix_space" puts a blank before the first word.
        string path = TokenizerGoldens.Needed("goldens", "tokenizers", "bytelevel-bpe.tokenizer.json");
        JsonNode model = JsonNode.Parse(File.ReadAllText(path))!["model"]!;
        Dictionary<string, int> ids = model["vocab"]!.AsObject().ToDictionary(t => t.Key, t => t.Value!.GetValue<int>());
        (string, string)[] merges = [.. model["merges"]!.AsArray().Select(m => m is JsonArray both ? (both[0]!.GetValue<string>(), both[1]!.GetValue<string>()) : (m!.GetValue<string>().Split(' ')[0], m.GetValue<string>().Split(' ')[1]))];
        var lookup = new BytePairMerges(path, ids, merges, wordEnd: "", unknown: -1);
        int compared = 0;
        foreach (TokenizerGoldens.Case c in TokenizerGoldens.Cases("bytelevel-bpe").Where(c => c.Pair is null && c.MaxLength is null && c.Text.Length > 0))
        {
            // The pieces of the first word are those that end where it does.
            int length = c.Text.TakeWhile(char.IsAsciiLetter).Count();
            if (length > 1 && (length == c.Text.Length || c.Text[length] == ' '))
            {
                List<(int Id, int Bytes)> pieces = [];
                lookup.Append(Encoding.ASCII.GetBytes(" " + c.Text[..length]), pieces);
                Assert.Equal(c.Ids.Skip(c.AddSpecial ? 1 : 0).Take(pieces.Count), pieces.Select(p => p.Id));
                compared++;
            }
        }

        Assert.True(compared > 50, $"only {compared} words compared");
    }

    private static void AssertSame(ClipTokenizer expected, ClipTokenizer actual)
    {
        Assert.Equal(Enumerable.Range(0, expected.VocabularySize).Select(expected.TokenOf), Enumerable.Range(0, actual.VocabularySize).Select(actual.TokenOf));
        const string text = "A photo of abab, é bab's <|startoftext|> 12!";
        Assert.Equal(expected.Encode(text).Ids, actual.Encode(text).Ids);
    }

    private void WriteJson(Action<JsonObject> change)
    {
        ClipTokenizer made = TinyTexts.Tokenizer();
        made.Save(_folder);
        var json = new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. new[] { ClipDefinition.Start, ClipDefinition.End }.Select(t => new JsonObject { ["id"] = made.IdOf(t)!.Value, ["content"] = t, ["special"] = true })]),
            ["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "NFC" }, new JsonObject { ["type"] = "Lowercase" }) },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "Split" }, new JsonObject { ["type"] = "ByteLevel" }) },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["end_of_word_suffix"] = "</w>",
                ["vocab"] = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "vocab.json"))),
                ["merges"] = new JsonArray([.. File.ReadAllLines(Path.Combine(_folder, "merges.txt")).Skip(1).Select(m => (JsonNode)JsonValue.Create(m))]),
            },
        };
        change(json);
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), json.ToJsonString());
    }
}
