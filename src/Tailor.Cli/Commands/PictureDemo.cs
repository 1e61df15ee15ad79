using Tailor.Data;
using Tailor.Imaging;

namespace Tailor.Cli;

/// <summary>The demo on drawn shapes and glyphs.</summary>
internal sealed class PictureDemo(Session session, string folder) : Demo(session, folder)
{
    private ImageDataset? _pictures;

    protected override string ModelName => "demo-vit";

    protected override string DataTitle => "drawn shapes and glyphs with a long tail";

    protected override string ComparisonTitle => $"Tuning a small vision transformer by {Recipes.Count} recipes, {Seeds} seeds each";

    protected override IReadOnlyList<string> Recipes => ["vit-linear-probe", "vit-fine-tuning", "lift", "lpt"];

    /// <summary>Pictures are few, so batches are small; a mirrored glyph is another one, hence no augmentation.</summary>
    protected override IReadOnlyList<string> Overrides =>
    [
        "input.augmentation=none", "stages.0.batch_size=32",
        "vit-linear-probe:stages.0.lr=1e-2", "vit-linear-probe:stages.0.epochs=20",
        "vit-fine-tuning:stages.0.lr=5e-4", "vit-fine-tuning:stages.0.epochs=10",
        "lift:stages.0.lr=2.5e-3", "lift:stages.0.epochs=10",
        "lpt:adapter.shared_layers=2", "lpt:stages.0.epochs=10", "lpt:stages.1.epochs=5", "lpt:stages.1.batch_size=32",
    ];

    /// <summary>Papers on pictures report the accuracy on balanced test sets.</summary>
    protected override string Metric => "balanced_accuracy";

    protected override void Inspect()
    {
        DrawnFigures.Write(Data, DataSeed);
        _pictures = ImageDataset.Load(Data, new ImageDatasetOptions());
        Session.Out.WriteLine(ImageInspection.Of(_pictures).ToText(Session.Console.Profile.Width));
    }

    protected override void Show(string run)
    {
        using ImageClassifier classifier = ImageClassifier.Load(run, Session.Device);
        Session.Out.WriteLine(classifier.Evaluate(_pictures!.Test).ToText());
        Heading("4. Six predictions");
        string[] classes = [DrawnFigures.Labels[0], DrawnFigures.Labels[DrawnFigures.Labels.Count / 2], DrawnFigures.Labels[^1]];
        string[] files = [.. classes.SelectMany(label => Enumerable.Range(0, 2).Select(i => Path.Combine(Data, "test", label, $"{i:D4}.png")))];
        PlainTable.Write(Session, ["picture", "predicted", ">probability"], files.Zip(classifier.Predict(files), (file, prediction) => (IReadOnlyList<string>)
        [
            Path.GetRelativePath(Data, file),
            prediction.Label,
            $"{prediction.Probability:F3}",
        ]));
    }

    protected override IEnumerable<(string What, string Command)> Next(string run) =>
    [
        ("classify a picture of your own:", $"tailor predict {run} --image picture.png"),
        ("one more recipe, compared with these:", $"tailor compare --data {Data} --model {Quoted(Model)} --recipes vpt-deep --seeds {Seeds} --set input.augmentation=none --set stages.0.epochs=10 --set stages.0.batch_size=32 --metric {Metric} --out {Output}"),
        ("all recipes:", "tailor recipes"),
        ("your own pictures:", "tailor inspect birds/"),
        ("your own pictures and checkpoint:", "tailor train --data birds/ --model path/to/vit --recipe lift --out runs/birds"),
    ];
}
