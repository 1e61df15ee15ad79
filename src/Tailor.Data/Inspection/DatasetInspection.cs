using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>How data are inspected.</summary>
public sealed record InspectionOptions
{
    /// <summary>The cumulative share below which classes are head, in (0, 1] (Glee uses 0.55 for R52, 0.65 and 0.80 for others).</summary>
    public double HeadThreshold { get; init; } = 0.55;

    /// <summary>Gives the length in tokens of a text and its pair, special tokens included; null leaves token lengths out.</summary>
    public Func<string, string?, int>? TokenLength { get; init; }
}

/// <summary>The rows of one class in each part.</summary>
/// <param name="Label">The class.</param>
/// <param name="Train">Its rows in train, or in the one file.</param>
/// <param name="Dev">Its rows in dev.</param>
/// <param name="Test">Its rows in test.</param>
public sealed record ClassCount(string Label, int Train, int Dev, int Test);

/// <summary>One part of the data.</summary>
/// <param name="Name">The part: train, dev, test, or all for one file.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Classes">The classes that occur in it.</param>
/// <param name="HeadClasses">How many of them are head by their cumulative share in this part.</param>
/// <param name="TailClasses">How many are tail.</param>
/// <param name="EmptyTexts">Rows whose text is empty or blank.</param>
/// <param name="Characters">Lengths in UTF-16 characters; null without rows.</param>
/// <param name="Words">Lengths in words between white space; null without rows.</param>
/// <param name="Tokens">Lengths in tokens; null when no tokenizer was given.</param>
public sealed record SplitInspection(
    string Name, int Rows, int Classes, int HeadClasses, int TailClasses, int EmptyTexts, LengthSummary? Characters, LengthSummary? Words, LengthSummary? Tokens);

/// <summary>What data look like before anything is trained on them: plain figures, and what to mind.</summary>
public sealed record DatasetInspection
{
    /// <summary>Different texts of one file whose hashes are kept in memory, some 40 MiB; those of more go to temporary files.</summary>
    private const int TextsInMemory = 1 << 20;

    private DatasetInspection()
    {
    }

    /// <summary>The parts that have rows.</summary>
    public required IReadOnlyList<SplitInspection> Splits { get; init; }

    /// <summary>The classes, from the most to the least frequent in train.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>The largest class of train over its smallest that is not empty; null when no row has a label.</summary>
    public required double? ImbalanceRatio { get; init; }

    /// <summary>The cumulative share below which classes were called head.</summary>
    public required double HeadThreshold { get; init; }

    /// <summary>Classes with more than 100 training rows.</summary>
    public required int ManyClasses { get; init; }

    /// <summary>Classes with 20 to 100 training rows.</summary>
    public required int MediumClasses { get; init; }

    /// <summary>Classes with fewer than 20 training rows.</summary>
    public required int FewClasses { get; init; }

    /// <summary>Texts that come back within train and across the parts.</summary>
    public required RepeatedTexts Repeats { get; init; }

    /// <summary>What was decided while loading, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What to do or to mind, a sentence each.</summary>
    public required IReadOnlyList<string> Suggestions { get; init; }

    /// <summary>Inspects a data set.</summary>
    /// <param name="data">The data.</param>
    /// <param name="options">The threshold and the tokenizer; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is out of its range.</exception>
    public static DatasetInspection Of(TextDataset data, InspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options = Checked(options);
        SplitTally[] tallies = [Tally("train", data.Train), Tally("dev", data.Dev), Tally("test", data.Test)];
        return Make(tallies, data.Repeats, data.Notes, data.Labels.Names, options);

        SplitTally Tally(string name, IReadOnlyList<TextExample> rows)
        {
            var tally = new SplitTally(name, options);
            foreach (TextExample row in rows)
            {
                tally.Add(row);
            }

            return tally;
        }
    }

    /// <summary>Inspects one file without splitting it. Rows are streamed, and read on a thread of their own; of each text 20 bytes are kept to find those that come back, in memory for the first million, then in temporary files.</summary>
    /// <param name="path">The file.</param>
    /// <param name="table">The columns and the limits; without <see cref="TableOptions.RequireLabels"/> rows may lack a label.</param>
    /// <param name="options">The threshold and the tokenizer; null takes the defaults.</param>
    /// <exception cref="InputException">The file is missing or faulty; the message names the place.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is out of its range.</exception>
    public static DatasetInspection OfFile(string path, TableOptions table, InspectionOptions? options = null)
    {
        options = Checked(options);
        var tally = new SplitTally("all", options);
        using var repeats = new RepeatTally(TextsInMemory);
        foreach (TextExample row in ReadAhead.Of(TextTable.Read(path, table)))
        {
            tally.Add(row);
            repeats.Add(row);
        }

        repeats.Finish();

        return Make([tally], new RepeatedTexts(repeats.Repeated, repeats.Contradicting, 0, 0, 0), [], [.. tally.Counts.Keys], options);
    }

    /// <summary>The inspection as text for a terminal: figures, the class profile as a bar chart, lengths and suggestions, in plain characters.</summary>
    /// <param name="width">The columns of the terminal; fewer than 72 count as 72.</param>
    /// <param name="maxClasses">How many classes the chart shows at most, from 2; the middle ones are left out.</param>
    public string ToText(int width = 100, int maxClasses = 40) => InspectionText.Of(this, width, maxClasses);

    /// <summary>The inspection as JSON with snake_case keys.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, InspectionJson.Readable.DatasetInspection);

    private static InspectionOptions Checked(InspectionOptions? options)
    {
        options ??= new InspectionOptions();
        return options.HeadThreshold is > 0 and <= 1
            ? options
            : throw new ArgumentOutOfRangeException(nameof(options), options.HeadThreshold, "The head threshold must lie in (0, 1].");
    }

    private static DatasetInspection Make(SplitTally[] tallies, RepeatedTexts repeats, IReadOnlyList<string> notes, IReadOnlyList<string> labels, InspectionOptions options)
    {
        int Count(int part, string label) => part < tallies.Length ? tallies[part].Counts.GetValueOrDefault(label) : 0;
        ClassCount[] classes = [.. labels.Select(l => new ClassCount(l, Count(0, l), Count(1, l), Count(2, l))).OrderByDescending(c => c.Train)];
        ClassCount? smallest = classes.LastOrDefault(c => c.Train > 0);
        (int many, int medium, int few) = ClassGroupSizes.ManyMediumFew(classes.Select(c => c.Train));
        var inspection = new DatasetInspection
        {
            Splits = [.. tallies.Where(t => t.Rows > 0).Select(t => t.Result())],
            Classes = classes,
            ImbalanceRatio = smallest is null ? null : (double)classes[0].Train / smallest.Train,
            HeadThreshold = options.HeadThreshold,
            ManyClasses = many,
            MediumClasses = medium,
            FewClasses = few,
            Repeats = repeats,
            Notes = notes,
            Suggestions = [],
        };
        return inspection with { Suggestions = InspectionSuggestions.For(inspection) };
    }
}

/// <summary>The JSON form of an inspection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DatasetInspection))]
internal sealed partial class InspectionJson : JsonSerializerContext
{
    /// <summary>Leaves letters of every script as they are.</summary>
    public static InspectionJson Readable { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
