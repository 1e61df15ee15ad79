using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class WordCountTests
{
    [Fact]
    public void Blocks_and_single_characters_agree_on_random_texts()
    {
        var random = RandomStream.For(1, "word count");
        char[] often = [' ', '\t', '\r', '\n', '\v', '\f', '\u001C', '\u001F', '\u001B', '\u0008', '\u000E', '\u0085', '\u00A0', '\u2028', '\u3000', '\u00E9', '\u4E2D', 'a', 'b', '.', '\0', '\u007F'];
        for (int i = 0; i < 20_000; i++)
        {
            int kind = random.NextInt(3);
            string text = string.Concat(Enumerable.Range(0, random.NextInt(80)).Select(_ => kind switch
            {
                0 => (char)random.NextInt(128),
                1 => random.NextInt(20) == 0 ? often[random.NextInt(often.Length)] : (char)('a' + random.NextInt(26)),
                _ => random.NextInt(2) == 0 ? often[random.NextInt(often.Length)] : (char)random.NextInt(char.MaxValue),
            }));
            Assert.Equal(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, WordCount.Of(text));
        }
    }
}
