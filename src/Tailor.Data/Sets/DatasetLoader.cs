using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Makes data sets from files: which file is which part, and how rows are split where parts are missing.</summary>
internal static class DatasetLoader
{
    /// <summary>Loads a folder of split files.</summary>
    public static TextDataset Folder(string folder, DatasetOptions options)
    {
        SplitFiles files = SplitFiles.In(folder);
        var notes = new List<string>();
        List<TextExample> train = Rows(files.Train, options);
        LabelSet labels = options.Numbers ? TextDataset.NumberLabels : files.Labels is null ? LabelSet.FromExamples(train) : LabelSet.Read(files.Labels);
        if (files.Labels is not null && !options.Numbers)
        {
            CheckLabels(files, labels, train);
        }

        // Seen is what the file holds: a class with one example stays in train, so splitting dev off never makes a class unseen.
        var seen = train.Select(e => e.Label!).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<TextExample> dev = [];
        if (files.Dev is not null)
        {
            dev = UnseenLabels.Resolve(Rows(files.Dev, options), label => options.Numbers || seen.Contains(label), options.UnknownLabels, files.Dev, notes);
        }
        else if (options.DevFraction > 0)
        {
            List<TextExample>[] parts = Split(train, labels, options.SplitSeed, options.DevFraction, testFraction: 0, notes);
            notes.Add($"There is no dev file: {parts[(int)SplitPart.Dev].Count:N0} of {train.Count:N0} training rows serve as dev (seed {options.SplitSeed}).");
            (train, dev) = (parts[(int)SplitPart.Train], parts[(int)SplitPart.Dev]);
        }

        IReadOnlyList<TextExample> test = files.Test is null
            ? []
            : UnseenLabels.Resolve(Rows(files.Test, options), label => options.Numbers || seen.Contains(label), options.UnknownLabels, files.Test, notes);
        return TextDataset.Create(labels, train, dev, test, notes, folder);
    }

    /// <summary>Loads one file and splits it.</summary>
    public static TextDataset File(string file, DatasetOptions options)
    {
        var notes = new List<string>();
        List<TextExample> rows = Rows(file, options);
        LabelSet labels = options.Numbers ? TextDataset.NumberLabels : LabelSet.FromExamples(rows);
        List<TextExample>[] parts = Split(rows, labels, options.SplitSeed, options.DevFraction, options.TestFraction, notes);
        notes.Add($"One file was split by seed {options.SplitSeed}: {parts[0].Count:N0} rows to train, {parts[1].Count:N0} to dev, {parts[2].Count:N0} to test.");
        return TextDataset.Create(labels, parts[0], parts[1], parts[2], notes, file);
    }

    private static List<TextExample> Rows(string file, DatasetOptions options) => [.. TextTable.Read(file, options.Table with { RequireLabels = true })];

    // Numbers are split as one class.
    private static List<TextExample>[] Split(List<TextExample> rows, LabelSet labels, long seed, double devFraction, double testFraction, List<string> notes) =>
        SplitRows.Of(rows, ReferenceEquals(labels, TextDataset.NumberLabels) ? new int[rows.Count] : [.. rows.Select(r => labels.IndexOf(r.Label!))], labels, seed, devFraction, testFraction, notes);

    private static void CheckLabels(SplitFiles files, LabelSet labels, List<TextExample> train)
    {
        TextExample? stray = train.Find(e => labels.IndexOf(e.Label!) < 0);
        if (stray is not null)
        {
            throw InputException.At(
                files.Train,
                $"the label '{Excerpt.Of(stray.Label!)}' is not in {Path.GetFileName(files.Labels)}",
                $"add it there or correct the row{NearestName.Hint(stray.Label!, labels.Names)}",
                stray.Line);
        }
    }
}
