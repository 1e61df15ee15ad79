using System.Text;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>A <c>vocab.txt</c>: UTF-8, one token a line, its id the line's place from 0.</summary>
internal static class VocabularyFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the tokens by id; empty lines at the end do not count.</summary>
    /// <exception cref="InputException">The file is missing, too large, empty or not UTF-8.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        byte[] content = TokenizerFiles.ReadBytes(path);
        string text;
        try
        {
            text = Strict.GetString(content);
        }
        catch (DecoderFallbackException fault)
        {
            throw InputException.At(path, $"the byte at offset {fault.Index} is not valid UTF-8", "a vocabulary is a UTF-8 text file with one token a line");
        }

        string[] lines = text.TrimStart('\uFEFF').TrimEnd('\n', '\r').Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = lines[i].TrimEnd('\r');
            if (lines[i].Length == 0)
            {
                throw InputException.At(
                    path, lines.Length == 1 ? "the file is empty" : "the line is empty", "every line of a vocabulary is a token; restore the model's own file", i + 1);
            }
        }

        return lines;
    }

    /// <summary>Writes the tokens, one a line.</summary>
    public static void Write(string path, IEnumerable<string> tokens) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, Strict, leaveOpen: true) { NewLine = "\n" };
        foreach (string token in tokens)
        {
            writer.WriteLine(token);
        }
    });
}
