using System.Text;

namespace Tailor.Cli;

/// <summary>Standard output as UTF-8, buffered: results may be many lines.</summary>
internal static class StandardOutput
{
    private const int BufferSize = 1 << 15;

    /// <summary>Opens it; a terminal or a live reader gets each line at once.</summary>
    public static StreamWriter Open() => new(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferSize) { AutoFlush = !Console.IsOutputRedirected };
}
