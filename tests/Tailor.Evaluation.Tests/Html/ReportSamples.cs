namespace Tailor.Evaluation.Tests;

/// <summary>Made-up runs and comparisons to report on: long tails, names that try to break out, classes without scored examples.</summary>
internal static class ReportSamples
{
    /// <summary>Names that pages have to survive.</summary>
    public static readonly string[] Nasty =
    [
        "<script>alert(\"x\")</script>", "打印机卡纸与驱动程序安装失败问题", "Q&A 'quotes' \"double\"", "a very long name of a class that no chart has room for, WITH SOME OF IT IN CAPITALS, and it goes on", "😀 emoji", "]]> & <!--",
    ];

    /// <summary>The ids from the most frequent class in training to the rarest.</summary>
    public static int[] Order(IReadOnlyList<ReportClass> classes) => [.. Enumerable.Range(0, classes.Count).OrderByDescending(c => classes[c].TrainCount)];

    /// <summary>A run on classes of an exponential profile, whose first four ids stand in another order, and the last of which has no test examples when there are more than two.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="examplesPerClass">Test examples of each class.</param>
    public static RunReportData Run(int classes, int examplesPerClass = 10)
    {
        string[] names = [.. Enumerable.Range(0, classes).Select(c => c < Nasty.Length ? Nasty[c] : $"class-{c}")];
        int[] counts = [.. Enumerable.Range(0, classes).Select(c => 1 + (int)(700 * Math.Exp(-6.5 * (c < 4 && classes > 4 ? 3 - c : c) / classes)))];
        int scored = classes > 2 ? classes - 1 : classes;
        int[] gold = [.. Enumerable.Range(0, scored * examplesPerClass).Select(i => i % scored)];
        int[] predicted = [.. gold.Select((c, i) => Draw(i, 1) < 0.95 - (0.7 * c / classes) ? c : (int)(Draw(i, 2) * Math.Min(scored, 6)))];
        double[] confidence = [.. predicted.Select((_, i) => 0.3 + (0.69 * Draw(i, 3)))];
        ScoredExample[] predictions = [.. gold.Select((c, i) => new ScoredExample($"text {i} 文本 <b>&", c, predicted[i], confidence[i], predicted[i] == c ? confidence[i] : (1 - confidence[i]) / 2))];
        EvaluationReport report = EvaluationReport.Of(names, gold, predicted, [], counts);
        var scores = Metric.Names.Select(name => (name, Value: Metric.Of(name, report))).Where(m => m.Value is not null).ToDictionary(m => m.name, m => m.Value!.Value, StringComparer.Ordinal);
        scores["ece"] = CalibrationBin.ExpectedError(CalibrationBin.Of(predictions.Select(p => (p.Probability!.Value, p.Predicted == p.Gold))));
        return new RunReportData
        {
            Title = "cls-tanh on <tickets> & 票据",
            Recipe = "cls-tanh",
            Seed = 42,
            Classes = [.. names.Select((name, c) => new ReportClass(name, counts[c], report.Scores.PerClass[c], 1 + (0.4 * Math.Log(counts[c])) + (0.1 * Draw(c, 4))))],
            Splits = [new("train", counts.Sum()), new("dev", 3 * classes), new("test", gold.Length)],
            ScoredSplit = "test",
            Scores = scores,
            Groups = Groups(report),
            SelectionMetric = "macro_f1",
            BestStep = 80,
            BestScore = 0.75,
            Learning = [.. Enumerable.Range(1, 10).Select(i => Point(1, i * 10)), .. Enumerable.Range(1, 12).Select(i => Point(2, i * 10))],
            Predictions = predictions,
            Files = [new("recipe.yaml", "name: cls-tanh\nsummary: <script>alert(1)</script> & more\n")],
            Command = "tailor train --data 'my data' --recipe recipe.yaml",
            Facts = [new("threads", "2"), new("model", "/models/<bert>")],
        };
    }

    /// <summary>A run on pictures by LPT: names that try to break out, thumbnails of so many bytes, and prompt sets of which one in five is dead.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="sets">The prompt sets of the pool.</param>
    /// <param name="thumbnail">The length of each thumbnail.</param>
    /// <param name="examplesPerClass">Test examples of each class.</param>
    public static RunReportData Pictures(int classes, int sets = 20, int thumbnail = 30, int examplesPerClass = 10)
    {
        RunReportData run = Run(classes, examplesPerClass) with { ReadsPictures = true };
        ReportPicture Picture(string name, int i) => new(name, Enumerable.Range(0, thumbnail).Select(at => (byte)(Draw(i, at) * 256)).ToArray());
        int[][] choices = [.. run.Predictions.Select((example, i) => Enumerable.Range(0, 2).Select(k => (int)(Draw(i + (example.Gold / 3 * 1000), 11) * sets / 2) + (k * sets / 2)).Select(set => set % 5 == 4 ? set - 1 : set).Distinct().ToArray())];
        return run with
        {
            Samples = [.. PictureChoice.Classes(run.Classes).Select(c => new ClassSamples(c, [.. PictureChoice.OfClass(run.Classes[c].TrainCount).Select(i => Picture($"train/{c}/\"{i}\" onerror='x'>.jpg", i))]))],
            PredictionPictures = PictureChoice.Predictions(run).ToDictionary(i => i, i => Picture(run.Predictions[i].Text, i)),
            PromptUsage = PromptUsage.Of(choices, [.. run.Predictions.Select(example => example.Gold)], classes, sets),
        };
    }

    /// <summary>A comparison of so many entries over three seeds, the last a baseline of one run.</summary>
    public static ComparisonReportData Comparison(int classes, int entries)
    {
        RunReportData run = Run(classes);
        return new ComparisonReportData
        {
            Title = "Comparison on <tickets>",
            Metric = "macro_f1",
            Entries = [.. Enumerable.Range(0, entries).Select(i => Entry(run, i, baseline: i == entries - 1))],
            Classes = [.. run.Classes.Select(c => c with { Score = null, Norm = null })],
            Splits = run.Splits,
            ScoredSplit = "test",
            Groups = run.Groups,
            Sentences = ["prompt is better than cls-tanh by 0.05 (95 % interval 0.02 to 0.08, p = 0.01 after Holm's correction).", "<b>No</b> recipe loses to the baseline."],
            Files = run.Files,
            Command = "tailor compare --data tickets --recipes cls-tanh,prompt --seeds 3",
            Facts = run.Facts,
        };
    }

    private static ComparedEntry Entry(RunReportData run, int i, bool baseline)
    {
        double[] Seeds(double mean) => [.. Enumerable.Range(0, baseline ? 1 : 3).Select(seed => mean + (0.04 * (Draw(seed, i + 7) - 0.5)))];
        double head = 0.9 - (0.02 * i), tail = 0.3 + (0.4 * Draw(i, 5));
        return new ComparedEntry
        {
            Name = i == 1 ? "提示学习 <prompt>" : baseline ? "tf-idf + linear" : $"recipe-{i}",
            IsBaseline = baseline,
            Mark = i == 1 ? EntryMark.Best : i == 2 ? EntryMark.NotWorse : EntryMark.None,
            Scores = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal) { ["accuracy"] = Seeds(0.8 - (0.01 * i)), ["macro_f1"] = Seeds((head + tail) / 2), ["head_f1"] = Seeds(head), ["tail_f1"] = Seeds(tail) },
            Seconds = 12.5 * (i + 1),
            TrainedParameters = baseline ? null : 1_000_000 / (i + 1),
            ClassF1 = [.. run.Classes.Select((c, id) => c.Score!.Support > 0 ? (double?)Math.Min(1, c.Score.F1 * (0.7 + (0.5 * Draw(id, i + 20)))) : null)],
            ClassNorms = baseline ? [] : [.. run.Classes.Select(c => c.Norm!.Value * (1 - (0.1 * i)))],
        };
    }

    private static ReportGroup[] Groups(EvaluationReport report) =>
        [.. report.Groupings.SelectMany(grouping => grouping.Groups.Select(group => new ReportGroup(grouping.Name, $"by {grouping.Source}; {grouping.Thresholds}", group.Classes, report.Group(group.Name)!)))];

    private static LearningPoint Point(int stage, long step)
    {
        double done = (((stage - 1) * 100) + step) / 220.0, score = 0.8 * (1 - Math.Exp(-4 * done));
        return new LearningPoint(stage, step, (stage, step) is (1, _) or (2, <= 80), new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["macro_f1"] = score,
            ["accuracy"] = score + 0.1,
            ["head_f1"] = score + 0.15,
            ["tail_f1"] = score * 0.6,
            ["log_loss"] = 3 * Math.Exp(-3 * done),
        });
    }

    /// <summary>Some number in [0, 1), the same every time.</summary>
    private static double Draw(int index, int purpose)
    {
        uint hash = (((uint)index * 2654435761u) ^ ((uint)purpose * 40503u)) * 2246822519u;
        hash ^= hash >> 15;
        hash *= 3266489917u;
        return (hash ^ (hash >> 16)) / (double)(1L << 32);
    }
}
