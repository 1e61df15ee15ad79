using System.Text;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>Standard input as lines of UTF-8.</summary>
internal static class StandardInput
{
    private const int LongestLine = 1_000_000;

    /// <summary>The lines, as they come.</summary>
    /// <exception cref="InputException">While enumerating: the input is not UTF-8, or a line is too long.</exception>
    public static IEnumerable<string> Lines()
    {
        using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        var line = new StringBuilder();
        for (long number = 1; ReadLine(reader, line, number); number++)
        {
            yield return line.ToString();
        }
    }

    private static bool ReadLine(StreamReader reader, StringBuilder line, long number)
    {
        line.Clear();
        try
        {
            int next = reader.Read();
            if (next < 0)
            {
                return false;
            }

            for (; next is >= 0 and not '\n'; next = reader.Read())
            {
                if (line.Length == LongestLine)
                {
                    throw InputException.At("standard input", $"more than {LongestLine} characters", "put line breaks between the texts", number);
                }

                line.Append((char)next);
            }
        }
        catch (DecoderFallbackException fault)
        {
            throw new InputException($"standard input:{number}: not valid UTF-8 ({fault.Message.TrimEnd('.')}); convert it first, for example with iconv", fault);
        }

        if (line.Length > 0 && line[^1] == '\r')
        {
            line.Length--;
        }

        return true;
    }
}
