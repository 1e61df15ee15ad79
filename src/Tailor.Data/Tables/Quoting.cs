using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>
/// The quoting of RFC 4180, section 2: a field that starts with a double quote ends with one, and quotes inside it are doubled. A quote inside a field that does not start with one
/// is an ordinary character. The parser accepts broken quoting and may thereby swallow rows; this finds it and names the line.
/// </summary>
internal static class Quoting
{
    /// <summary>Checks a record.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="record">The record as it stands in the file, with its line end.</param>
    /// <param name="delimiter">The character between fields.</param>
    /// <param name="line">The line on which the record starts.</param>
    /// <exception cref="InputException">A quote is not closed, or closed in the middle of a field.</exception>
    public static void Check(string path, ReadOnlySpan<char> record, char delimiter, long line)
    {
        ReadOnlySpan<char> rest = record;
        if (!rest.Contains('"'))
        {
            return;
        }

        while (!rest.IsEmpty)
        {
            if (rest[0] == '"')
            {
                int opening = record.Length - rest.Length;
                rest = rest[1..];
                int closing = Closing(rest);
                long openLine = line + Breaks(record[..opening]);
                if (closing < 0)
                {
                    // The open quote swallowed the last line break, so the record's start was counted one line too low.
                    openLine -= record is [.., '\r' or '\n'] ? 1 : 0;
                    throw InputException.At(path, "a double quote opens a field here and is never closed", "close it, and double each quote inside the field", openLine);
                }

                rest = rest[(closing + 1)..];
                if (!rest.IsEmpty && rest[0] != delimiter && rest[0] is not ('\r' or '\n'))
                {
                    long closeLine = line + Breaks(record[..(record.Length - rest.Length)]);
                    string where = closeLine == openLine ? "" : $" on line {closeLine}";
                    throw InputException.At(path, $"a field in double quotes goes on after its closing quote{where}", "double each quote inside the field", openLine);
                }
            }

            int next = rest.IndexOf(delimiter);
            rest = next < 0 ? default : rest[(next + 1)..];
        }
    }

    /// <summary>How many line breaks a record has inside it, its own line end not counted.</summary>
    public static long BreaksWithin(ReadOnlySpan<char> record) => Breaks(record.EndsWith("\r\n") ? record[..^2] : record is [.., '\r' or '\n'] ? record[..^1] : record);

    private static long Breaks(ReadOnlySpan<char> text)
    {
        long breaks = 0;
        for (int at = text.IndexOfAny('\r', '\n'); at >= 0; at = text.IndexOfAny('\r', '\n'))
        {
            breaks++;
            text = text[(at + (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1))..];
        }

        return breaks;
    }

    private static int Closing(ReadOnlySpan<char> text)
    {
        for (int at = 0; at < text.Length; at += 2)
        {
            int quote = text[at..].IndexOf('"');
            if (quote < 0)
            {
                return -1;
            }

            at += quote;
            if (at + 1 >= text.Length || text[at + 1] != '"')
            {
                return at;
            }
        }

        return -1;
    }
}
