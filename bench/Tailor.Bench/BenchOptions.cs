using System.CommandLine;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>The options that every command of the harness has.</summary>
internal sealed class BenchOptions
{
    private readonly IReadOnlyList<BenchCase> _all;
    private readonly Option<string[]> _case;

    /// <summary>Makes the options.</summary>
    /// <param name="kind">The kind of cases to choose from; every one when null.</param>
    public BenchOptions(WorkloadKind? kind = null)
    {
        _all = [.. BenchCase.All.Where(c => kind is null || c.Kind == kind)];
        _case = new("--case")
        {
            Description = $"The cases, of {string.Join(", ", _all.Select(c => c.Name))} (default: all).",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
    }

    private readonly Option<int?> _steps = new("--steps") { Description = "Counted steps of a measurement (default: the case's own number).", HelpName = "N" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads of every side.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };

    private readonly Option<string> _shared = Shared();

    /// <summary>The option that names the folder with data and models.</summary>
    public static Option<string> Shared() => new("--shared") { Description = "The folder with data and models.", HelpName = "DIR", DefaultValueFactory = _ => "../shared" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_case);
        command.Add(_steps);
        command.Add(_threads);
        command.Add(_shared);
    }

    /// <summary>The chosen cases.</summary>
    /// <exception cref="InputException">A name is no case.</exception>
    public IReadOnlyList<BenchCase> Cases(ParseResult parsed) => BenchCase.Named(parsed.GetValue(_case) ?? [], _all);

    /// <summary>The other choices.</summary>
    /// <exception cref="InputException">A number is below 1.</exception>
    public CaseSettings Settings(ParseResult parsed)
    {
        int? steps = parsed.GetValue(_steps);
        int threads = parsed.GetValue(_threads);
        return steps < 1 || threads < 1
            ? throw new InputException("--steps and --threads take a number of at least 1")
            : new CaseSettings(parsed.GetValue(_shared)!, steps, threads);
    }
}
