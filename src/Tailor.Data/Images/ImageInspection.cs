using System.Text.Json;
using System.Text.Json.Serialization;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>The spread of a measure of pictures, in pixels.</summary>
/// <param name="Smallest">The smallest.</param>
/// <param name="Median">The smallest that at least half of the pictures do not exceed.</param>
/// <param name="Largest">The largest.</param>
public sealed record SizeSummary(int Smallest, int Median, int Largest);

/// <summary>One part of a set of pictures.</summary>
/// <param name="Name">The part: train, dev or test; all when the set has no parts.</param>
/// <param name="Pictures">Its pictures, bad ones included.</param>
/// <param name="Classes">The classes that occur in it.</param>
/// <param name="HeadClasses">How many of them are head by their cumulative share in this part.</param>
/// <param name="TailClasses">How many are tail.</param>
/// <param name="Bad">The pictures that cannot be decoded.</param>
/// <param name="Heights">The heights of those that can; null without any.</param>
/// <param name="Widths">Their widths.</param>
/// <param name="Kinds">How many there are of each kind: PNG, JPEG, WebP, BMP, GIF, plain pixels.</param>
public sealed record ImageSplitInspection(
    string Name, int Pictures, int Classes, int HeadClasses, int TailClasses, int Bad, SizeSummary? Heights, SizeSummary? Widths, IReadOnlyDictionary<string, int> Kinds);

/// <summary>A picture that cannot be decoded.</summary>
/// <param name="Part">Where it is.</param>
/// <param name="Name">Its file, or its place in one.</param>
/// <param name="Reason">One line that says what is wrong and what to do; it begins with the name.</param>
public sealed record BadPictureInspection(string Part, string Name, string Reason);

/// <summary>What a set of pictures looks like before anything is trained on it: plain figures, and what to mind.</summary>
public sealed record ImageInspection
{
    private ImageInspection()
    {
    }

    /// <summary>The parts that have pictures.</summary>
    public required IReadOnlyList<ImageSplitInspection> Splits { get; init; }

    /// <summary>The classes, from the most to the least frequent in train.</summary>
    public required IReadOnlyList<ClassCount> Classes { get; init; }

    /// <summary>The largest class of train over its smallest that is not empty.</summary>
    public required double ImbalanceRatio { get; init; }

    /// <summary>The cumulative share below which classes were called head.</summary>
    public required double HeadThreshold { get; init; }

    /// <summary>Classes with more than 100 training pictures.</summary>
    public required int ManyClasses { get; init; }

    /// <summary>Classes with 20 to 100 training pictures.</summary>
    public required int MediumClasses { get; init; }

    /// <summary>Classes with fewer than 20 training pictures.</summary>
    public required int FewClasses { get; init; }

    /// <summary>Pictures that occur more than once, by the hash of their stored content.</summary>
    public required RepeatedPictures Repeats { get; init; }

    /// <summary>Pictures that cannot be decoded.</summary>
    public required IReadOnlyList<BadPictureInspection> BadPictures { get; init; }

    /// <summary>What was noticed while loading, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What to do or to mind, a sentence each.</summary>
    public required IReadOnlyList<string> Suggestions { get; init; }

    /// <summary>Decodes every picture of a set and describes it.</summary>
    /// <param name="data">The set.</param>
    /// <param name="headThreshold">The cumulative share below which classes are head, in (0, 1].</param>
    /// <param name="decode">What is refused; null for the defaults.</param>
    /// <param name="threads">The number of threads; 0 takes one a processor.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is out of its range.</exception>
    public static ImageInspection Of(ImageDataset data, double headThreshold = 0.55, DecodeOptions? decode = null, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (headThreshold is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(headThreshold), headThreshold, "The head threshold must lie in (0, 1].");
        }

        bool whole = data.Dev.Count + data.Test.Count == 0;
        var parts = new List<(string Name, IReadOnlyList<ImageExample> Examples, IReadOnlyList<PictureFacts> Facts)>();
        foreach ((SplitPart part, string name) in new[] { (SplitPart.Train, whole ? "all" : "train"), (SplitPart.Dev, "dev"), (SplitPart.Test, "test") })
        {
            IReadOnlyList<ImageExample> examples = data.Examples(part);
            parts.Add((name, examples, PictureCheck.Look([.. examples.Select(e => e.Source)], decode, threads)));
        }

        int[][] counts = [.. parts.Select((_, p) => CountsOf(data, (SplitPart)p))];
        ClassCount[] classes = [.. data.Labels.Names.Select((name, c) => new ClassCount(name, counts[0][c], counts[1][c], counts[2][c])).OrderByDescending(c => c.Train)];
        (int many, int medium, int few) = ClassGroupSizes.ManyMediumFew(data.TrainCounts);
        var inspection = new ImageInspection
        {
            Splits = [.. parts.Select((part, p) => Split(part.Name, part.Facts, counts[p], headThreshold)).Where(split => split.Pictures > 0)],
            Classes = classes,
            ImbalanceRatio = (double)classes[0].Train / classes.Last(c => c.Train > 0).Train,
            HeadThreshold = headThreshold,
            ManyClasses = many,
            MediumClasses = medium,
            FewClasses = few,
            Repeats = RepeatedPictures.Among(parts),
            BadPictures = [.. parts.SelectMany(part => Bad(part.Name, part.Examples, part.Facts))],
            Notes = data.Notes,
            Suggestions = [],
        };
        return inspection with { Suggestions = ImageInspectionText.Suggestions(inspection) };
    }

    /// <summary>The inspection as text for a terminal, in plain characters.</summary>
    /// <param name="width">The columns of the terminal; fewer than 72 count as 72.</param>
    /// <param name="maxClasses">How many classes the chart shows at most, from 2; the middle ones are left out.</param>
    public string ToText(int width = 100, int maxClasses = 40) => ImageInspectionText.Of(this, width, maxClasses);

    /// <summary>The inspection as JSON with snake_case keys.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ImageInspectionJson.Readable.ImageInspection);

    private static int[] CountsOf(ImageDataset data, SplitPart part)
    {
        int[] counts = new int[data.Labels.Count];
        foreach (int id in data.LabelIds(part))
        {
            counts[id]++;
        }

        return counts;
    }

    private static ImageSplitInspection Split(string name, IReadOnlyList<PictureFacts> facts, int[] counts, double headThreshold)
    {
        (int head, int tail) = ClassGroupSizes.HeadTail(counts, headThreshold);
        PictureFacts[] good = [.. facts.Where(f => f.Fault is null)];
        var kinds = new SortedDictionary<string, int>(good.CountBy(f => f.Kind).ToDictionary(), StringComparer.Ordinal);
        return new ImageSplitInspection(name, facts.Count, counts.Count(c => c > 0), head, tail, facts.Count - good.Length, Sizes(good.Select(f => f.Height)), Sizes(good.Select(f => f.Width)), kinds);
    }

    private static IEnumerable<BadPictureInspection> Bad(string part, IReadOnlyList<ImageExample> examples, IReadOnlyList<PictureFacts> facts) =>
        examples.Zip(facts).Where(pair => pair.Second.Fault is not null).Select(pair => new BadPictureInspection(part, pair.First.Source.Name, pair.Second.Fault!));

    private static SizeSummary? Sizes(IEnumerable<int> sizes)
    {
        int[] ascending = [.. sizes.Order()];
        return ascending.Length == 0 ? null : new SizeSummary(ascending[0], ascending[(ascending.Length - 1) / 2], ascending[^1]);
    }
}

/// <summary>The JSON form of an inspection of pictures.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImageInspection))]
internal sealed partial class ImageInspectionJson : JsonSerializerContext
{
    /// <summary>Leaves letters of every script as they are.</summary>
    public static ImageInspectionJson Readable { get; } = new(new JsonSerializerOptions(InspectionJson.Readable.Options));
}
