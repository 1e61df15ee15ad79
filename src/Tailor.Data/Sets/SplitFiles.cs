using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>The files of a data folder.</summary>
/// <param name="Train">The training rows.</param>
/// <param name="Dev">The dev rows, or null.</param>
/// <param name="Test">The test rows, or null.</param>
/// <param name="Labels">The order of the classes (<c>label2idx.json</c>), or null.</param>
internal sealed record SplitFiles(string Train, string? Dev, string? Test, string? Labels)
{
    private static readonly string[] Extensions = [".csv", ".tsv", ".jsonl", ".ndjson"];
    private static readonly string[] DevNames = ["dev", "valid", "validation", "val"];

    /// <summary>Finds the files of a folder by their names.</summary>
    /// <exception cref="InputException">There is no train file, or two files could be the same part.</exception>
    public static SplitFiles In(string folder)
    {
        string[] names = [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        string train = Find(folder, names, ["train"]) ?? throw InputException.At(
            folder,
            names.Length == 0 ? "the folder is empty" : $"no train file among {string.Join(", ", names.Take(10))}{(names.Length > 10 ? ", ..." : "")}",
            "expected train.csv, train.tsv or train.jsonl, and dev and test files beside it; or give one file");
        string labels = Path.Combine(folder, "label2idx.json");
        return new SplitFiles(train, Find(folder, names, DevNames), Find(folder, names, ["test"]), File.Exists(labels) ? labels : null);
    }

    private static string? Find(string folder, string[] files, string[] stems)
    {
        string[] found = [.. files.Where(f => stems.Contains(Path.GetFileNameWithoutExtension(f).ToLowerInvariant()) && Extensions.Contains(Path.GetExtension(f).ToLowerInvariant()))];
        return found.Length switch
        {
            0 => null,
            1 => Path.Combine(folder, found[0]),
            _ => throw InputException.At(folder, $"{string.Join(" and ", found)} could both be the {stems[0]} file", "keep one of them"),
        };
    }
}
