using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Further rows to train on, made of a data set's training rows: those of <see cref="BalancedAugmentation"/>, or of any other making.</summary>
public sealed class AugmentedSet
{
    private AugmentedSet(IReadOnlyList<TextExample> examples, string fingerprint) => (Examples, Fingerprint) = (examples, fingerprint);

    /// <summary>The rows.</summary>
    public IReadOnlyList<TextExample> Examples { get; }

    /// <summary>SHA-256 in hexadecimal over the classes and the rows.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads a file of rows for a data set. Its columns are named as the data's are, or as <see cref="TextTableWriter"/> names them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="data">The data set it belongs to.</param>
    /// <param name="options">The data's columns and limits.</param>
    /// <exception cref="InputException">
    /// The file is faulty; a label is none of the data's; pairs and single texts are mixed; or an origin is not the line of a training row of the same class, and so may be one of dev or test.
    /// </exception>
    public static AugmentedSet Read(string path, TextDataset data, TableOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> columns = TextTable.Columns(path);
        string? Here(string? column) => column is not null && columns.Contains(column, StringComparer.OrdinalIgnoreCase) ? column : null;
        TableOptions own = options with
        {
            TextColumn = Here(options.TextColumn),
            PairColumn = Here(options.PairColumn),
            LabelColumn = Here(options.LabelColumn),
            RequireLabels = true,
            WithOrigins = true,
        };
        var lines = new Dictionary<long, string>();
        foreach (TextExample row in data.Train)
        {
            lines[row.Line] = row.Label!;
        }

        TextExample[] rows = [.. TextTable.Read(path, own)];
        foreach (TextExample row in rows)
        {
            if (data.Labels.IndexOf(row.Label!) < 0)
            {
                throw InputException.At(path, $"the label '{Excerpt.Of(row.Label!)}' is unknown", $"expected one of the {data.Labels.Count} labels of the data{NearestName.Hint(row.Label!, data.Labels.Names)}", row.Line, "label");
            }

            if (row.Pair is not null != data.HasPairs)
            {
                throw InputException.At(path, data.HasPairs ? "a single text where the data have pairs" : "a pair where the data have single texts", "name the columns with --text-column and --pair-column", row.Line);
            }

            if (row.Origin is { } origin && !(lines.TryGetValue(origin, out string? label) && label == row.Label))
            {
                string found = label is null ? $"line {origin} is no training row of these data" : $"line {origin} is of the class '{Excerpt.Of(label)}', this row of '{Excerpt.Of(row.Label!)}'";
                throw InputException.At(path, found, "the file was made of other data or of another split; make it again with: tailor augment", row.Line, ColumnChoice.OriginName);
            }
        }

        return new AugmentedSet(rows, DatasetFingerprint.Of(data.Labels, rows));
    }
}
