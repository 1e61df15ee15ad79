using System.Text;
using System.Text.RegularExpressions;

namespace Tailor.EndToEnd.Tests;

/// <summary>
/// <c>docs/bad-input.md</c>: the line that each bad input prints. The tests compare what the command printed with the page, so that it stays true; with TAILOR_WRITE_DOCS=1 they write it.
/// </summary>
internal static partial class BadInputPage
{
    private const string Head = """
        # What Tailor says to bad input

        Bad input ends a command with one line on standard error and exit code 2, and leaves nothing behind: no run folder, no half-written file. A run that cannot go on (the disk is full; the loss is NaN, where the
        exit code is 1) keeps its last checkpoint and can be resumed. This page is checked by the end-to-end tests and written by them: `TAILOR_WRITE_DOCS=1 dotnet test -c Release --project tests/Tailor.EndToEnd.Tests`.
        """;

    private static readonly string[] Sections = ["Tables", "Models", "Recipes and runs", "Comparisons", "Pictures"];
    private static readonly Lock Gate = new();

    private static string File { get; } = Find();

    /// <summary>The names on the page, section by section.</summary>
    public static ILookup<string, string> Names => Read().Keys.ToLookup(key => key.Section, key => key.Name);

    /// <summary>Compares a refusal with the page.</summary>
    /// <param name="section">One of the sections.</param>
    /// <param name="name">What is wrong with the input.</param>
    /// <param name="args">The command's arguments.</param>
    /// <param name="result">What it printed.</param>
    /// <param name="folder">Where it ran; the page says /path/to.</param>
    public static void Check(string section, string name, IEnumerable<string> args, ProcessResult result, string folder)
    {
        string command = "tailor " + string.Join(' ', args.Select(arg => arg.Contains(' ', StringComparison.Ordinal) ? $"\"{arg}\"" : arg));
        var found = (command, result.Error.TrimEnd('\n').Replace(folder, "/path/to", StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("TAILOR_WRITE_DOCS") == "1")
        {
            Write(section, name, found);
        }
        else
        {
            Assert.True(Read().TryGetValue((section, name), out (string, string) written), $"docs/bad-input.md has no '{name}'; write it with TAILOR_WRITE_DOCS=1");
            Assert.Equal(written, found);
        }
    }

    private static Dictionary<(string Section, string Name), (string Command, string Line)> Read()
    {
        var entries = new Dictionary<(string, string), (string, string)>();
        string section = "";
        foreach (Match match in System.IO.File.Exists(File) ? Entry().Matches(System.IO.File.ReadAllText(File)) : Enumerable.Empty<Match>())
        {
            if (match.Groups["section"].Success)
            {
                section = match.Groups["section"].Value;
            }
            else
            {
                entries[(section, match.Groups["name"].Value)] = (match.Groups["command"].Value, match.Groups["line"].Value);
            }
        }

        return entries;
    }

    private static void Write(string section, string name, (string Command, string Line) found)
    {
        lock (Gate)
        {
            Dictionary<(string Section, string Name), (string Command, string Line)> entries = Read();
            entries[(section, name)] = found;
            var page = new StringBuilder(Head).Append('\n');
            foreach (string title in Sections)
            {
                page.Append($"\n## {title}\n");
                foreach (((_, string what), (string command, string line)) in entries.Where(entry => entry.Key.Section == title).OrderBy(entry => entry.Key.Name, StringComparer.Ordinal))
                {
                    page.Append($"\n**{what}**: `{command}`\n\n    {line}\n");
                }
            }

            System.IO.File.WriteAllText(File, page.ToString());
        }
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Tailor.slnx")))
            {
                return Path.Combine(folder.FullName, "docs", "bad-input.md");
            }
        }

        throw new DirectoryNotFoundException("Tailor.slnx is not above the tests");
    }

    [GeneratedRegex("""^## (?<section>.+)$|^\*\*(?<name>.+)\*\*: `(?<command>.+)`\n\n    (?<line>.+)$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();
}
