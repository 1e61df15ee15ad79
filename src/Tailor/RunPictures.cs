using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Imaging;
using Tailor.Tuning;

namespace Tailor;

/// <summary><c>pictures.json</c>: thumbnails of the pictures that a run's report shows, kept so that the report can be made when the data have moved.</summary>
internal static class RunPictures
{
    /// <summary>The longest file: the samples of at most 12 classes and 40 mistakes are far below.</summary>
    public const long MaxLength = 4 << 20;

    /// <summary>Makes the thumbnails.</summary>
    /// <param name="folder">The run, finished but for its report.</param>
    /// <param name="data">The pictures.</param>
    /// <returns>How many pictures could not be decoded; they are left out.</returns>
    /// <exception cref="InputException">A file of the run is damaged, or the file cannot be written.</exception>
    public static int Keep(RunFolder folder, ImageRunData data)
    {
        RunReportData report = RunReportReader.Read(folder);
        int failed = 0;
        JsonObject[] Kept(SplitPart part, IEnumerable<int> examples) => [.. examples.Select(i => (Index: i, Jpeg: Encoded(part, i))).Where(made => made.Jpeg is not null)
            .Select(made => new JsonObject { ["example"] = made.Index, ["name"] = data.Name(part, made.Index), ["jpeg"] = Convert.ToBase64String(made.Jpeg!) })];
        byte[]? Encoded(SplitPart part, int example)
        {
            try
            {
                return data.Thumbnail(part, example);
            }
            catch (InputException)
            {
                // What training could read may have been moved since; the report does without it.
                failed++;
                return null;
            }
        }

        ILookup<int, int> byClass = data.Set.LabelIds(SplitPart.Train).Index().ToLookup(example => example.Item, example => example.Index);
        JsonNode[] samples =
        [
            .. PictureChoice.Classes(report.Classes).Select(c => (Class: c, Examples: byClass[c].ToArray())).Select(of => new JsonObject
            {
                ["class"] = of.Class,
                ["pictures"] = new JsonArray(Kept(SplitPart.Train, PictureChoice.OfClass(of.Examples.Length).Select(i => of.Examples[i]))),
            }),
        ];
        folder.Write(folder.Pictures, new JsonObject { ["format"] = 1, ["samples"] = new JsonArray(samples), ["predictions"] = new JsonArray(Kept(data.Scored, PictureChoice.Predictions(report))) });
        return failed;
    }

    /// <summary>Puts the thumbnails into a report.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="data">The report without them.</param>
    /// <exception cref="JsonException">It is not what <see cref="Keep"/> wrote.</exception>
    public static RunReportData AddTo(RunReportData data, string text)
    {
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        return data with
        {
            Samples = [.. json["samples"]!.AsArray().Select(of => new ClassSamples(Within(of!["class"]!, data.Classes.Count), [.. of["pictures"]!.AsArray().Select(Picture)])).Where(samples => samples.Pictures.Count > 0)],
            PredictionPictures = json["predictions"]!.AsArray().ToDictionary(picture => Within(picture!["example"]!, data.Predictions.Count), Picture),
        };
    }

    private static int Within(JsonNode json, int count) => json.GetValue<int>() is var value && value >= 0 && value < count ? value : throw new JsonException($"{value}, where there are {count}");

    private static ReportPicture Picture(JsonNode? json)
    {
        byte[] jpeg = Convert.FromBase64String(json!["jpeg"]!.GetValue<string>());
        return Thumbnail.IsPlausible(jpeg) ? new ReportPicture(json["name"]!.GetValue<string>(), jpeg) : throw new JsonException("a picture that is no small JPEG");
    }
}
