using System.CommandLine;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor demo</c>.</summary>
internal sealed class DemoCommand : TailorCommand
{
    /// <summary>The demo's data never changes: its model was pretrained on text that holds none of these tickets.</summary>
    private const long DataSeed = 1;

    private const string Recipe = "cls-tanh";

    /// <summary>The recipe is written for models a hundred times larger; a small one takes larger steps.</summary>
    private static readonly string[] Overrides = ["input.max_length=64", "stages.0.lr=1e-3", "stages.0.epochs=8", "stages.0.eval_every=50"];

    private readonly Option<string?> _out = new("--out") { Description = "The folder to make (default: tailor-demo, or the next free number).", HelpName = "DIR" };
    private readonly Option<string?> _corpus = new("--write-corpus") { Description = "Only write unlabelled text of the tickets' language to FILE: what the demo's model was pretrained on.", HelpName = "FILE" };
    private readonly Option<int?> _sentences = NumberOption.Integer("--sentences", "Texts of --write-corpus (default: 40000).", 1, int.MaxValue);

    public DemoCommand()
        : base("demo", "Inspect, fine-tune and score on made-up help-desk tickets, in under two minutes.", "tailor demo", "tailor demo --out runs/demo", "tailor demo --write-corpus corpus.txt --sentences 40000")
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
        string data = Path.Combine(folder, "data"), run = Path.Combine(folder, "run");
        Tuning.RunFolder.RequireFree(folder);
        TextDataset tickets = HelpDeskTickets.Create(DataSeed);
        WriteTables(tickets, data);

        Heading(session, "1. The data: help-desk tickets with a long tail");
        session.Out.WriteLine(DatasetInspection.Of(tickets).ToText(session.Console.Profile.Width));
        Heading(session, $"2. Fine-tuning a small BERT with the recipe {Recipe}");
        session.Out.Flush();
        session.LoadLibtorch();
        var request = new TrainRequest { Data = data, Model = ModelDirectory, Recipe = Recipe, Overrides = Overrides, Output = run, Seed = session.Seed, Device = session.Device };
        RunResult result = TrainingRun.Run(session, "fine-tuning", (progress, stop) => Runs.Train(request, progress, stop));
        session.Out.WriteLine($"best dev macro-F1 {result.BestScore:F4} at step {result.BestStep}");

        Heading(session, "3. Scores on the balanced test set");
        session.Out.WriteLine(result.Test!.ToText());
        Heading(session, "4. Six predictions");
        Predict(session, run, tickets);
        Heading(session, "5. What next");
        foreach ((string what, string command) in Next(data, run, folder))
        {
            session.Out.WriteLine($"{what,-38}tailor {command}");
        }

        return 0;
    }

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
    private static void Predict(Session session, string run, TextDataset data)
    {
        string[] classes = [HelpDeskTickets.Labels[0], HelpDeskTickets.Labels[HelpDeskTickets.Labels.Count / 2], HelpDeskTickets.Labels[^1]];
        TextExample[] examples = [.. classes.SelectMany(label => data.Test.Where(example => example.Label == label).Take(2))];
        using TextClassifier classifier = TextClassifier.Load(run, session.Device);
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
        ("classify a text of your own:", $"predict {run} --text \"The scan glass makes everything blurry\""),
        ("another recipe on the same data:", $"train --data {data} --model {Quoted(ModelDirectory)} --recipe cls-weighted {string.Join(' ', Overrides.Select(change => "--set " + change))} --out {Path.Combine(folder, "weighted")}"),
        ("all recipes:", "recipes"),
        ("your own table:", "inspect tickets.csv"),
        ("your own table and checkpoint:", "train --data tickets.csv --model path/to/bert --recipe cls-tanh --out runs/first"),
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
