using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary><c>cold</c>: the wall time of <c>tailor predict --text</c>, from start to exit of its process. The files are in the system's cache, as on any second call.</summary>
internal sealed class ColdCommand : Command
{
    private readonly Option<string> _run = new("--run") { Description = "A run folder of tailor train.", HelpName = "DIR", Required = true };
    private readonly Option<string> _text = new("--text") { Description = "The text.", HelpName = "TEXT", DefaultValueFactory = _ => "what flights are there from boston to denver" };
    private readonly Option<string> _tailor = new("--tailor")
    {
        Description = "The program (default: the build beside this one).",
        HelpName = "FILE",
        DefaultValueFactory = _ => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Tailor.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "Tailor.Cli.dll")),
    };

    private readonly RoundsOption _rounds = new("Counted calls.", 7);

    public ColdCommand()
        : base("cold", "Times tailor predict --text in processes of its own.")
    {
        Add(_run);
        Add(_text);
        Add(_tailor);
        Add(_rounds);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        int rounds = _rounds.Get(parsed);
        string tailor = parsed.GetValue(_tailor)!;
        if (!File.Exists(tailor))
        {
            throw new InputException($"--tailor {tailor}: no such file; build it with: dotnet build src/Tailor.Cli -c Release");
        }

        string[] arguments = ["predict", parsed.GetRequiredValue(_run), "--text", parsed.GetValue(_text)!];
        bool managed = Path.GetExtension(tailor) == ".dll";
        ChildResult last = new(0, "", "");
        Rounds times = Rounds.Of(rounds, () =>
        {
            last = ChildProcess.Run(managed ? new ProcessStartInfo("dotnet", [tailor, .. arguments]) : new ProcessStartInfo(tailor, arguments));
            if (last.ExitCode != 0)
            {
                throw new InputException($"tailor predict failed: {last.Errors}");
            }
        });
        Console.WriteLine($"{last.LastLine}\n");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| tailor predict --text, {rounds} processes | best ms | median ms | worst ms |\n|---|---:|---:|---:|\n| wall time | {times.Best:F0} | {times.Median:F0} | {times.Worst:F0} |"));
    }
}
