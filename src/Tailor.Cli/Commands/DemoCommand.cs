using System.CommandLine;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor demo</c>.</summary>
internal sealed class DemoCommand : TailorCommand
{
    /// <summary>The demo's data never changes: its model was pretrained on text that holds none of these tickets.</summary>
    private const long DataSeed = 1;

    private const int Seeds = 2;

    /// <summary>The demo's baselines: one that a person would try first, and the one that a transformer has to beat.</summary>
    private static readonly string[] Baselines = ["majority", "tfidf-svm-balanced"];

    private static readonly string[] Recipes = ["cls-tanh", "two-stage", "prompt"];

    /// <summary>The recipes are written for models a hundred times larger; a small one takes larger steps. Each recipe sees the tickets equally often.</summary>
    private static readonly string[] Overrides =
    [
        "input.max_length=64", "stages.0.eval_every=100",
        "cls-tanh:stages.0.lr=1e-3", "cls-tanh:stages.0.epochs=5",
        "prompt:stages.0.lr=1e-3", "prompt:stages.0.epochs=5",
        "two-stage:stages.0.lr=1e-3", "two-stage:stages.0.epochs=2", "two-stage:stages.0.batch_size=32",
        "two-stage:stages.1.lr=1e-3", "two-stage:stages.1.epochs=3", "two-stage:stages.1.batch_size=32", "two-stage:stages.1.eval_every=100",
    ];

    private readonly Option<string?> _out = new("--out") { Description = "The folder to make (default: tailor-demo, or the next free number).", HelpName = "DIR" };
    private readonly Option<string?> _corpus = new("--write-corpus") { Description = "Only write unlabelled text of the tickets' language to FILE: what the demo's model was pretrained on.", HelpName = "FILE" };
    private readonly Option<int?> _sentences = NumberOption.Integer("--sentences", "Texts of --write-corpus (default: 40000).", 1, int.MaxValue);

    public DemoCommand()
        : base("demo", "Inspect made-up help-desk tickets, fine-tune by three recipes, compare and report, in under two minutes.", "tailor demo", "tailor demo --out runs/demo", "tailor demo --write-corpus corpus.txt --sentences 40000")
    {
        Add(_out);
        Add(_corpus);
        Add(_sentences);
    }

    private static string ModelDirectory => Path.Combine(AppContext.BaseDirectory, "demo-model");

    protected override int Run(Session session)
    {
        if (session.Get(_corpus) is { } corpus)
        {
            AtomicFile.WriteText(OutputFile.Check(corpus, "--write-corpus"), string.Join('\n', HelpDeskTickets.Corpus(DataSeed, session.Get(_sentences) ?? 40_000)) + "\n");
            return 0;
        }

        string folder = session.Get(_out) ?? FreeFolder();
        string data = Path.Combine(folder, "data"), comparison = Path.Combine(folder, "comparison");
        Tuning.RunFolder.RequireFree(folder);
        TextDataset tickets = HelpDeskTickets.Create(DataSeed);
        WriteTables(tickets, data);

        Heading(session, "1. The data: help-desk tickets with a long tail");
        session.Out.WriteLine(DatasetInspection.Of(tickets).ToText(session.Console.Profile.Width));
        Heading(session, $"2. Fine-tuning a small BERT by {Recipes.Length} recipes, {Seeds} seeds each, beside classical baselines");
        session.Out.Flush();
        session.LoadLibtorch();
        ComparisonResult result = Compare(session, data, comparison);
        ComparisonText.Write(session, result);

        FinishedRun best = BestRun(result);
        Heading(session, $"3. One model on the balanced test set: {Path.GetRelativePath(comparison, best.Folder)}");
        using (TextClassifier classifier = TextClassifier.Load(best.Folder, session.Device))
        {
            session.Out.WriteLine(classifier.Evaluate(tickets.Test).ToText());
            Heading(session, "4. Six predictions");
            Predict(session, classifier, tickets);
        }

        Heading(session, "5. What next");
        foreach ((string what, string command) in Next(data, best.Folder, folder))
        {
            session.Out.WriteLine($"{what,-38}{command}");
        }

        return 0;
    }

    private static ComparisonResult Compare(Session session, string data, string output)
    {
        var request = new CompareRequest
        {
            Data = data,
            Model = ModelDirectory,
            Recipes = Recipes,
            Baselines = BaselineEntries.Of(Baselines, ModelDirectory, session.Device),
            Seeds = [.. Enumerable.Range(0, Seeds).Select(i => session.Seed + i)],
            Overrides = Overrides,
            Output = output,
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

    private static void Heading(Session session, string text)
    {
        session.Out.WriteLine();
        session.Out.WriteLine($"== {text} ==");
        session.Out.WriteLine();
    }

    private static void WriteTables(TextDataset data, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, IReadOnlyList<TextExample> examples) in new[] { ("train", data.Train), ("dev", data.Dev), ("test", data.Test) })
        {
            TextTableWriter.Write(Path.Combine(folder, name + ".csv"), examples);
        }
    }

    /// <summary>Two test tickets each of a head class, of a middle class and of the last class.</summary>
    private static void Predict(Session session, TextClassifier classifier, TextDataset data)
    {
        string[] classes = [HelpDeskTickets.Labels[0], HelpDeskTickets.Labels[HelpDeskTickets.Labels.Count / 2], HelpDeskTickets.Labels[^1]];
        TextExample[] examples = [.. classes.SelectMany(label => data.Test.Where(example => example.Label == label).Take(2))];
        IEnumerable<Prediction> predictions = classifier.Predict(examples.Select(example => (example.Text, example.Pair)));
        PlainTable.Write(session, ["class", "predicted", ">probability", "ticket"], examples.Zip(predictions, (example, prediction) => (IReadOnlyList<string>)
        [
            example.Label!,
            prediction.Label,
            $"{prediction.Probability:F3}",
            example.Text,
        ]));
    }

    private static IEnumerable<(string What, string Command)> Next(string data, string run, string folder) =>
    [
        ("look at the comparison:", $"open {Path.Combine(folder, "comparison", "report.html")} in a browser"),
        ("classify a text of your own:", $"tailor predict {run} --text \"The scan glass makes everything blurry\""),
        ("one more recipe, compared with these:", $"tailor compare --data {data} --model {Quoted(ModelDirectory)} --recipes cls-weighted --seeds {Seeds} --set input.max_length=64 --set stages.0.lr=1e-3 --set stages.0.epochs=5 --baselines none --out {Path.Combine(folder, "comparison")}"),
        ("all recipes:", "tailor recipes"),
        ("your own table:", "tailor inspect tickets.csv"),
        ("your own table and checkpoint:", "tailor train --data tickets.csv --model path/to/bert --recipe cls-tanh --out runs/first"),
    ];

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;

    private static string FreeFolder()
    {
        const string name = "tailor-demo";
        string folder = name;
        for (int i = 2; Path.Exists(folder); i++)
        {
            folder = $"{name}-{i}";
        }

        return folder;
    }
}
