using FsCheck;
using FsCheck.Xunit;
using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class TextAugmentationTests
{
    [Property]
    public void Pieces_make_the_text_again(string text) => Assert.Equal(text ?? "", TextPieces.Of(text ?? "").ToString());

    [Theory]
    [InlineData("the old  saw\tis here", "the|old|saw|is|here")]
    [InlineData("  outer blanks ", "outer|blanks")]
    [InlineData("我的iPhone坏了。", "我|的|iPhone|坏|了|。")]
    [InlineData("ひらがな カナ", "ひ|ら|が|な|カ|ナ")]
    [InlineData("안녕 세상", "안녕|세상")]
    [InlineData("กำลัง", "กำ|ลั|ง")]
    [InlineData("naïve e\u0301tude 😀", "naïve|e\u0301tude|😀")]
    [InlineData("𠀀𠀁", "𠀀|𠀁")]
    [InlineData("", "")]
    public void Pieces_are_words_or_characters_of_scripts_without_blanks(string text, string pieces) => Assert.Equal(pieces, string.Join('|', TextPieces.Of(text).Words));

    [Property]
    public void A_swap_keeps_the_words_and_moves_some(long seed, PositiveInt words)
    {
        string text = string.Join(' ', Enumerable.Range(0, 2 + (words.Get % 40)).Select(i => $"w{i}"));
        RandomStream random = RandomStream.For(seed, "test");
        string swapped = TextAugmentation.Apply(AugmentationMethod.Swap, text, 0.1, ref random);
        Assert.Equal(text.Split(' ').Order(), swapped.Split(' ').Order());
        if (text.Split(' ').Length < 20)
        {
            Assert.Equal(2, text.Split(' ').Zip(swapped.Split(' ')).Count(pair => pair.First != pair.Second));
        }
    }

    [Property]
    public void A_dropout_leaves_some_words_in_their_order(long seed, PositiveInt words)
    {
        string[] before = [.. Enumerable.Range(0, 2 + (words.Get % 40)).Select(i => $"w{i}")];
        RandomStream random = RandomStream.For(seed, "test");
        string[] after = TextAugmentation.Apply(AugmentationMethod.WordDropout, string.Join(' ', before), 0.5, ref random).Split(' ');
        Assert.InRange(after.Length, 1, before.Length - 1);
        Assert.Equal(before.Where(after.Contains), after);
    }

    [Fact]
    public void Words_are_left_out_at_the_rate_that_is_asked_for()
    {
        string text = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"w{i}"));
        RandomStream random = RandomStream.For(1, "test");
        double kept = 0;
        for (int i = 0; i < 200; i++)
        {
            kept += TextAugmentation.Apply(AugmentationMethod.WordDropout, text, 0.1, ref random).Split(' ').Length;
        }

        Assert.Equal(90, kept / 200, 0.8);
    }

    [Fact]
    public void A_text_of_one_piece_stays_and_chinese_changes_by_character()
    {
        RandomStream random = RandomStream.For(1, "test");
        foreach (AugmentationMethod method in Enum.GetValues<AugmentationMethod>())
        {
            Assert.Equal("word", TextAugmentation.Apply(method, "word", 0.5, ref random));
            Assert.Equal("", TextAugmentation.Apply(method, "", 0.5, ref random));
        }

        Assert.Equal("病症定义", TextAugmentation.Apply(AugmentationMethod.Duplicate, "病症定义", 0.1, ref random));
        Assert.Equal(3, TextAugmentation.Apply(AugmentationMethod.WordDropout, "病症定义", 0.001, ref random).Length);
        string swapped = TextAugmentation.Apply(AugmentationMethod.Swap, "病症定义", 0.1, ref random);
        Assert.Equal("病症定义".Order(), swapped.Order());
        Assert.Equal(2, "病症定义".Zip(swapped).Count(pair => pair.First != pair.Second));
    }
}
