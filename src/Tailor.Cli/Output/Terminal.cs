using Spectre.Console;

namespace Tailor.Cli;

/// <summary>Opens a stream for coloured output: colours and moving lines only where a person looks at a terminal, and no colour with NO_COLOR.</summary>
internal static class Terminal
{
    private const int PlainWidth = 160;

    /// <summary>Opens a stream.</summary>
    /// <param name="writer">The stream.</param>
    /// <param name="redirected">Whether the stream is no terminal.</param>
    public static IAnsiConsole Open(TextWriter writer, bool redirected)
    {
        bool plain = redirected || Environment.GetEnvironmentVariable("TERM") == "dumb";
        bool colour = !plain && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Yes,
        });
        if (plain)
        {
            console.Profile.Width = PlainWidth;
        }

        return console;
    }

    /// <summary>Whether standard error can show a moving line.</summary>
    public static bool ErrorMoves => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
