namespace Tailor.Data;

/// <summary>Shortens what a file holds so that a message stays one line.</summary>
internal static class Excerpt
{
    private const int Length = 40;

    /// <summary>At most forty characters of a text, with line breaks and other control characters as spaces.</summary>
    public static string Of(string text)
    {
        string line = text.Length > Length ? text[..Length] + "..." : text;
        return string.Create(line.Length, line, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
