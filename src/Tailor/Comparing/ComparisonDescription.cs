using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>The content of <c>comparison.json</c>: what all runs share, and which runs there are to be.</summary>
internal sealed record ComparisonDescription
{
    private const int CurrentFormat = 1;
    private const long LargestFile = 64 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public int Format { get; init; } = CurrentFormat;

    public required string Tailor { get; init; }

    public required string Data { get; init; }

    public required string DataFingerprint { get; init; }

    public required DatasetOptions DataOptions { get; init; }

    public required string Model { get; init; }

    /// <summary>The model's files with their sizes and hashes.</summary>
    public required SortedDictionary<string, string> ModelFiles { get; init; }

    public required double Rho { get; init; }

    public ShotBounds Groups { get; init; }

    public Precision Precision { get; init; }

    /// <summary>Training examples of each class.</summary>
    public required IReadOnlyList<int> TrainCounts { get; init; }

    /// <summary>Examples of each part.</summary>
    public required IReadOnlyDictionary<string, int> Splits { get; init; }

    public required IReadOnlyList<long> Seeds { get; init; }

    public required IReadOnlyList<Row> Entries { get; init; }

    /// <summary>Whether the examples are pictures, as the recipes say.</summary>
    [JsonIgnore]
    public bool ReadsPictures => Entries.Any(entry => entry.Settings["recipe"]?.GetValue<string>() is { } recipe && RecipeReader.Parse(recipe, entry.Name).Input.ReadsPictures);

    /// <summary>Describes a request.</summary>
    public static ComparisonDescription Of(CompareRequest request, LabelledDataset data, IEnumerable<ComparisonEntry> entries) => new()
    {
        Tailor = typeof(ComparisonDescription).Assembly.GetName().Version?.ToString(3) ?? "",
        Data = Path.GetFullPath(request.Data),
        DataFingerprint = data.Fingerprint,
        DataOptions = request.DataOptions,
        Model = Path.GetFullPath(request.Model),
        ModelFiles = ModelFingerprint.Of(request.Model),
        Rho = request.Rho,
        Groups = request.Groups,
        Precision = request.Precision,
        TrainCounts = data.TrainCounts,
        Splits = new SortedDictionary<string, int>(StringComparer.Ordinal) { ["train"] = data.Count(SplitPart.Train), ["dev"] = data.Count(SplitPart.Dev), ["test"] = data.Count(SplitPart.Test) },
        Seeds = request.Seeds,
        Entries = [.. entries.Select(entry => new Row(entry.Name, entry.IsBaseline, entry.IsDeterministic, entry.Describe()))],
    };

    /// <summary>Reads the file of a comparison folder, or null when the folder is missing or empty.</summary>
    /// <exception cref="InputException">The folder holds something else, or what another version wrote.</exception>
    public static ComparisonDescription? Read(string folder)
    {
        string path = PathIn(folder);
        if (!File.Exists(path))
        {
            return File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(entry => !ComparisonLock.Is(entry)))
                ? throw new InputException($"{folder}: the output folder is not empty and holds no comparison.json; choose another --out")
                : null;
        }

        try
        {
            if (new FileInfo(path).Length > LargestFile)
            {
                throw new JsonException("larger than any comparison's");
            }

            JsonNode json = JsonNode.Parse(File.ReadAllText(path)) ?? throw new JsonException("empty");
            string format = json["format"]?.ToJsonString() ?? "none";
            if (format != $"{CurrentFormat}")
            {
                throw new InputException($"{path}: format {format}; this version of tailor reads and writes {CurrentFormat}: use the version that made it, or choose another --out");
            }

            return json.Deserialize<ComparisonDescription>(Options) ?? throw new JsonException("empty");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new InputException($"{path}: not a comparison that this version wrote ({fault.Message}); restore it, or choose another --out", fault);
        }
    }

    /// <summary>Refuses to go on with a comparison whose runs would not be of one kind.</summary>
    /// <param name="request">The request, for messages.</param>
    /// <param name="now">Its description.</param>
    /// <exception cref="InputException">The data, the model, rho, the precision or the groups are not what they were.</exception>
    public void RequireSame(CompareRequest request, ComparisonDescription now)
    {
        string begun = $"what {PathIn(request.Output)} was begun with";
        if (now.DataFingerprint != DataFingerprint)
        {
            throw new InputException($"{request.Data}: the data is not {begun}; restore the files and the options of the split, or choose another --out");
        }

        if (now.ModelFiles.Keys.Union(ModelFiles.Keys).FirstOrDefault(file => now.ModelFiles.GetValueOrDefault(file) != ModelFiles.GetValueOrDefault(file)) is { } changed)
        {
            throw new InputException($"{Path.Combine(request.Model, changed)}: the model's file is not {begun}; restore it, or choose another --out");
        }

        if (now.Rho != Rho)
        {
            throw new InputException($"--rho {now.Rho}: not {begun}, which is {Rho}; leave it as it was, or choose another --out");
        }

        if (now.Precision != Precision)
        {
            throw new InputException($"--precision {PrecisionName.Of(now.Precision)}: not {begun}, which is {PrecisionName.Of(Precision)}; leave it as it was, or choose another --out");
        }

        if (now.Groups != Groups)
        {
            throw new InputException($"--groups {ShotBoundsName.Of(now.Groups)}: not {begun}, which is {ShotBoundsName.Of(Groups)}; leave it as it was, or choose another --out");
        }
    }

    /// <summary>This comparison with the entries and seeds of another request added; an entry of the same name is replaced.</summary>
    public ComparisonDescription With(ComparisonDescription now) => now with
    {
        Seeds = [.. Seeds.Union(now.Seeds)],
        Entries = [.. Entries.Select(then => now.Entries.FirstOrDefault(entry => entry.Name == then.Name) ?? then), .. now.Entries.Where(entry => Entries.All(then => then.Name != entry.Name))],
    };

    /// <summary>Writes the file, unless it says the same already: other calls may be at work on the folder.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = PathIn(folder), text = JsonSerializer.Serialize(this, Options) + "\n";
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            AtomicFile.WriteText(path, text);
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, "comparison.json");

    /// <summary>A row of the comparison.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Baseline">Whether it is there to be beaten.</param>
    /// <param name="Deterministic">Whether it has one run, whatever the seeds.</param>
    /// <param name="Settings">What its results depend on.</param>
    public sealed record Row(string Name, bool Baseline, bool Deterministic, JsonObject Settings);
}
