using Tailor.Data;

namespace Tailor.Cli;

/// <summary>The demo on help-desk tickets.</summary>
internal sealed class TextDemo(Session session, string folder) : Demo(session, folder)
{
    private readonly TextDataset _tickets = HelpDeskTickets.Create(DataSeed);

    protected override string ModelName => "demo-model";

    protected override string DataTitle => "help-desk tickets with a long tail";

    protected override string ComparisonTitle => $"Fine-tuning a small BERT by {Recipes.Count} recipes, {Seeds} seeds each, beside classical baselines";

    protected override IReadOnlyList<string> Recipes => ["cls-tanh", "two-stage", "prompt"];

    /// <summary>A small model takes larger steps. Each recipe sees the tickets equally often.</summary>
    protected override IReadOnlyList<string> Overrides =>
    [
        "input.max_length=64", "stages.0.eval_every=100",
        "cls-tanh:stages.0.lr=1e-3", "cls-tanh:stages.0.epochs=5",
        "prompt:stages.0.lr=1e-3", "prompt:stages.0.epochs=5",
        "two-stage:stages.0.lr=1e-3", "two-stage:stages.0.epochs=2", "two-stage:stages.0.batch_size=32",
        "two-stage:stages.1.lr=1e-3", "two-stage:stages.1.epochs=3", "two-stage:stages.1.batch_size=32", "two-stage:stages.1.eval_every=100",
    ];

    protected override string Metric => "macro_f1";

    /// <summary>One that a person would try first, and the one that a transformer has to beat.</summary>
    protected override IReadOnlyList<BaselineEntry> Baselines => BaselineEntries.Of(["majority", "tfidf-svm-balanced"], Model, Session.Device);

    protected override void Inspect()
    {
        Directory.CreateDirectory(Data);
        foreach ((string name, IReadOnlyList<TextExample> examples) in new[] { ("train", _tickets.Train), ("dev", _tickets.Dev), ("test", _tickets.Test) })
        {
            TextTableWriter.Write(Path.Combine(Data, name + ".csv"), examples);
        }

        Session.Out.WriteLine(DatasetInspection.Of(_tickets).ToText(Session.Console.Profile.Width));
    }

    protected override void Show(string run)
    {
        using TextClassifier classifier = TextClassifier.Load(run, Session.Device);
        Session.Out.WriteLine(classifier.Evaluate(_tickets.Test).ToText());
        Heading("4. Six predictions");

        // Two test tickets each of a head class, of a middle class and of the last class.
        string[] classes = [HelpDeskTickets.Labels[0], HelpDeskTickets.Labels[HelpDeskTickets.Labels.Count / 2], HelpDeskTickets.Labels[^1]];
        TextExample[] examples = [.. classes.SelectMany(label => _tickets.Test.Where(example => example.Label == label).Take(2))];
        IEnumerable<Prediction> predictions = classifier.Predict(examples.Select(example => (example.Text, example.Pair)));
        PlainTable.Write(Session, ["class", "predicted", ">probability", "ticket"], examples.Zip(predictions, (example, prediction) => (IReadOnlyList<string>)
        [
            example.Label!,
            prediction.Label,
            $"{prediction.Probability:F3}",
            example.Text,
        ]));
    }

    protected override IEnumerable<(string What, string Command)> Next(string run) =>
    [
        ("classify a text of your own:", $"tailor predict {run} --text \"The scan glass makes everything blurry\""),
        ("one more recipe, compared with these:", $"tailor compare --data {Data} --model {Quoted(Model)} --recipes cls-weighted --seeds {Seeds} --set input.max_length=64 --set stages.0.lr=1e-3 --set stages.0.epochs=5 --baselines none --out {Output}"),
        ("all recipes:", "tailor recipes"),
        ("your own table:", "tailor inspect tickets.csv"),
        ("your own table and checkpoint:", "tailor train --data tickets.csv --model path/to/bert --recipe cls-tanh --out runs/first"),
        ("the same with pictures:", "tailor demo --images"),
    ];
}
