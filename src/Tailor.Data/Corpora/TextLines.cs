using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Reads plain text for pretraining: one sentence or document a line.</summary>
public static class TextLines
{
    private const long LongestLine = 16 << 20;

    /// <summary>The lines of a file that hold text, in order, streamed.</summary>
    /// <param name="path">A UTF-8 file.</param>
    /// <exception cref="InputException">The file is missing, is not UTF-8 or holds a NUL byte.</exception>
    public static IEnumerable<string> Read(string path)
    {
        using var reader = new Utf8TextReader(path, LongestLine);
        long number = 1;
        while (true)
        {
            reader.StartRecord(number++);
            if (reader.ReadLine() is not { } line)
            {
                yield break;
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return line;
            }
        }
    }
}
