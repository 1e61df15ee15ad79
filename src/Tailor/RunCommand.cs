using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>The command line, and the files it names, that make a run again.</summary>
internal static class RunCommand
{
    private const string RecipeFile = "recipe.yaml", WordsFile = "words.json";

    private static readonly JsonSerializerOptions Words = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The recipe as resolved, and the label words of a prompt recipe.</summary>
    public static IReadOnlyList<ReportFile> Files(RunDescription run, IReadOnlyList<string> labels)
    {
        ReportFile recipe = new(RecipeFile, RecipeWriter.ToYaml(run.Recipe));
        return run.Verbalizer is null
            ? [recipe]
            : [recipe, new(WordsFile, JsonSerializer.Serialize(labels.Zip(run.Verbalizer.Words).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal), Words))];
    }

    /// <summary>The command.</summary>
    public static string Again(RunDescription run)
    {
        TrainRequest request = run.Request;
        DatasetOptions data = request.DataOptions, usual = new();
        IEnumerable<(string Name, string? Value)> options =
        [
            ("--data", request.Data),
            ("--model", request.Model),
            ("--recipe", RecipeFile),
            ("--verbalizer", run.Verbalizer is null ? null : WordsFile),
            ("--text-column", data.Table.TextColumn),
            ("--pair-column", data.Table.PairColumn),
            ("--label-column", data.Table.LabelColumn),
            ("--max-field", Unless(data.Table.MaxFieldLength, usual.Table.MaxFieldLength)),
            ("--unknown-labels", data.UnknownLabels == UnknownLabels.Drop ? "drop" : null),
            ("--split-seed", Unless(data.SplitSeed, usual.SplitSeed)),
            ("--dev-fraction", Unless(data.DevFraction, usual.DevFraction)),
            ("--test-fraction", Unless(data.TestFraction, usual.TestFraction)),
            ("--path-column", request.ImageOptions.PathColumn),
            ("--image-root", request.ImageOptions.ImageRoot),
            ("--max-pixels", request.MaxPixels?.ToString(CultureInfo.InvariantCulture)),
            ("--rho", Unless(request.Rho, new TrainRequest { Data = "", Model = "", Recipe = "", Output = "" }.Rho)),
            ("--groups", request.Groups == default ? null : ShotBoundsName.Of(request.Groups)),
            ("--device", request.Device),
            ("--precision", request.Precision == Precision.Fp32 ? null : PrecisionName.Of(request.Precision)),
            ("--seed", $"{request.Seed}"),
            ("--threads", $"{run.Threads}"),
            ("--out", "again"),
        ];
        string[] flags = [.. request.ImageOptions.CoarseLabels ? ["--coarse-labels"] : Array.Empty<string>(), .. request.SkipBadImages ? ["--skip-bad-images"] : Array.Empty<string>()];
        return "tailor train " + string.Join(' ', options.Where(option => option.Value is not null).Select(option => $"{option.Name} {Quoted(option.Value!)}").Concat(flags));
    }

    private static string? Unless<T>(T value, T usual)
        where T : IEquatable<T>, IFormattable => value.Equals(usual) ? null : value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>As a shell takes it.</summary>
    private static string Quoted(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:=,@%~\\".Contains(c, StringComparison.Ordinal)) ? value : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
