using Spectre.Console;

namespace Tailor.Cli;

/// <summary>Opens a stream for coloured output: colours and moving lines only where a person looks at a terminal, and no colour with NO_COLOR.</summary>
internal static class Terminal
{
    private const int PlainWidth = 200;

    /// <summary>Opens standard output, for tables.</summary>
    public static IAnsiConsole OpenOutput(TextWriter writer) => Open(writer, moves: false, plain: Console.IsOutputRedirected || IsDumb || !HasColour);

    /// <summary>Opens standard error, for a moving bar; only where <see cref="ErrorMoves"/>.</summary>
    public static IAnsiConsole OpenError(TextWriter writer) => Open(writer, moves: true, plain: false);

    /// <summary>Whether standard error can show a moving line.</summary>
    public static bool ErrorMoves => !Console.IsErrorRedirected && !IsDumb;

    private static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

    private static bool HasColour => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private static IAnsiConsole Open(TextWriter writer, bool moves, bool plain)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = HasColour && !plain ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = moves ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (Console.IsOutputRedirected && !moves)
        {
            console.Profile.Width = PlainWidth;
        }

        return console;
    }
}
