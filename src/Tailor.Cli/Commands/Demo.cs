namespace Tailor.Cli;

/// <summary>A demo from made-up data to a deployed model: it writes the data, says what is in them, compares recipes, scores the best one's model and shows what comes next.</summary>
/// <param name="session">The invocation.</param>
/// <param name="folder">The demo's folder.</param>
internal abstract class Demo(Session session, string folder)
{
    /// <summary>The demos' data never change: their models were pretrained on data that hold none of them.</summary>
    public const long DataSeed = 1;

    /// <summary>Seeds of each recipe.</summary>
    protected const int Seeds = 2;

    /// <summary>The invocation.</summary>
    protected Session Session => session;

    /// <summary>Where the data go.</summary>
    protected string Data => Path.Combine(folder, "data");

    /// <summary>Where the comparison goes.</summary>
    protected string Output => Path.Combine(folder, "comparison");

    /// <summary>The model that comes with the program.</summary>
    protected string Model => Path.Combine(AppContext.BaseDirectory, ModelName);

    /// <summary>The model's folder beside the program.</summary>
    protected abstract string ModelName { get; }

    /// <summary>What the data are, in a few words.</summary>
    protected abstract string DataTitle { get; }

    /// <summary>What is compared, in a few words.</summary>
    protected abstract string ComparisonTitle { get; }

    /// <summary>The recipes.</summary>
    protected abstract IReadOnlyList<string> Recipes { get; }

    /// <summary>What is changed in them: they are written for models a hundred times larger.</summary>
    protected abstract IReadOnlyList<string> Overrides { get; }

    /// <summary>The metric that decides.</summary>
    protected abstract string Metric { get; }

    /// <summary>What the recipes have to beat.</summary>
    protected virtual IReadOnlyList<BaselineEntry> Baselines => [];

    /// <summary>Makes the data and says what is in them.</summary>
    protected abstract void Inspect();

    /// <summary>Scores a run's model on the test part and shows some predictions.</summary>
    protected abstract void Show(string run);

    /// <summary>Commands to go on with.</summary>
    protected abstract IEnumerable<(string What, string Command)> Next(string run);

    /// <summary>Goes through all of it.</summary>
    public void Run()
    {
        Heading($"1. The data: {DataTitle}");
        Inspect();
        Heading($"2. {ComparisonTitle}");
        session.Out.Flush();
        session.LoadLibtorch();
        ComparisonResult result = Compare();
        ComparisonText.Write(session, result);
        FinishedRun best = BestRun(result);
        Heading($"3. One model on the balanced test set: {Path.GetRelativePath(Output, best.Folder)}");
        Show(best.Folder);
        Heading("5. What next");
        foreach ((string what, string command) in Next(best.Folder).Prepend(("look at the comparison:", $"open {Path.Combine(Output, "report.html")} in a browser")))
        {
            session.Out.WriteLine($"{what,-38}{command}");
        }
    }

    /// <summary>Writes the head of a section.</summary>
    protected void Heading(string text)
    {
        session.Out.WriteLine();
        session.Out.WriteLine($"== {text} ==");
        session.Out.WriteLine();
    }

    /// <summary>A path as it is typed.</summary>
    protected static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;

    private ComparisonResult Compare()
    {
        var request = new CompareRequest
        {
            Data = Data,
            Model = Model,
            Recipes = Recipes,
            Baselines = Baselines,
            Seeds = [.. Enumerable.Range(0, Seeds).Select(i => session.Seed + i)],
            Overrides = Overrides,
            Metric = Metric,
            Output = Output,
            Device = session.Device,
        };
        using var interruption = new Interruption(session);
        ComparisonResult result = ComparisonProgress.Run(session, progress => Comparison.Run(request, progress, interruption.Token));
        if (result.Stopped)
        {
            throw new InterruptedException("stopped; the demo starts anew", interruption.ExitCode);
        }

        session.Say($"The report is in {result.WriteReport()}.");
        return result;
    }

    /// <summary>The first seed of the recipe with the best mean; baselines leave no model to deploy.</summary>
    private static FinishedRun BestRun(ComparisonResult result) =>
        result.Rows.Where(row => !row.IsBaseline && row.Runs.Count > 0).MaxBy(row => row.Score(result.Metric)?.Mean ?? 0)!.Runs[0];
}
