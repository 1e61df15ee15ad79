using System.CommandLine;
using Spectre.Console;
using Tailor.Engine;

namespace Tailor.Cli;

/// <summary>One invocation of a command: its arguments and where its results and its talk go.</summary>
/// <param name="parsed">The arguments.</param>
internal sealed class Session(ParseResult parsed)
{
    private const long DefaultSeed = 42;

    private IAnsiConsole? _console;

    /// <summary>Results go to standard output.</summary>
    public TextWriter Out => parsed.InvocationConfiguration.Output;

    /// <summary>Talk and progress go to standard error.</summary>
    public TextWriter Error => parsed.InvocationConfiguration.Error;

    /// <summary>Whether there is to be no talk.</summary>
    public bool Quiet => parsed.GetValue(GlobalOptions.Quiet);

    /// <summary>The seed.</summary>
    public long Seed => parsed.GetValue(GlobalOptions.Seed) ?? DefaultSeed;

    /// <summary>The device to compute on, or null for the CPU.</summary>
    public string? Device => parsed.GetValue(GlobalOptions.Device);

    /// <summary>Standard output for tables: colours on a terminal only.</summary>
    public IAnsiConsole Console => _console ??= Terminal.OpenOutput(Out);

    /// <summary>The threads that were asked for, or null.</summary>
    public int? Threads => parsed.GetValue(GlobalOptions.Threads);

    /// <summary>The value of an option.</summary>
    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T? Get<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>Whether an option was written on the command line.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Loads libtorch with the threads that were asked for.</summary>
    public void LoadLibtorch()
    {
        if (Threads is { } threads)
        {
            Libtorch.Load(threads);
        }
    }

    /// <summary>How talk reaches standard error; a moving bar puts itself in between.</summary>
    public Action<string>? Talk { get; set; }

    /// <summary>Says something that is no result.</summary>
    public void Say(string text)
    {
        if (Quiet)
        {
            return;
        }

        if (Talk is { } talk)
        {
            talk(text);
        }
        else
        {
            Error.WriteLine(text);
        }
    }
}
