using System.Text;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>A made-up table of texts and labels: 4 to 12 words a text, every eighth text quoted for a comma in it, classes along a long tail.</summary>
internal static class GeneratedTable
{
    private const int Words = 4096, Classes = 50;

    /// <summary>Writes a CSV file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">Rows below the header.</param>
    public static void Write(string path, int rows)
    {
        RandomStream random = RandomStream.For(1, "bench table");
        string[] words = [.. Enumerable.Range(0, Words).Select(_ => Word(ref random))];
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 20);
        writer.Write("text,label\n");
        for (int row = 0; row < rows; row++)
        {
            bool quoted = row % 8 == 0;
            writer.Write(quoted ? "\"" : "");
            for (int word = 0, count = 4 + random.NextInt(9); word < count; word++)
            {
                writer.Write(word == 0 ? "" : quoted && word == 1 ? ", " : " ");
                writer.Write(words[random.NextInt(Words)]);
            }

            writer.Write(quoted ? "\",class " : ",class ");
            writer.Write(ClassOf(ref random));
            writer.Write('\n');
        }
    }

    /// <summary>The class of a row: the least of three draws, so that class 0 is the largest and the last are rare.</summary>
    public static int ClassOf(ref RandomStream random) => Math.Min(random.NextInt(Classes), Math.Min(random.NextInt(Classes), random.NextInt(Classes)));

    private static string Word(ref RandomStream random)
    {
        Span<char> letters = stackalloc char[2 + random.NextInt(8)];
        for (int i = 0; i < letters.Length; i++)
        {
            letters[i] = (char)('a' + random.NextInt(26));
        }

        return new string(letters);
    }
}
