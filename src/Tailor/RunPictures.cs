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
        JsonObject? Kept(SplitPart part, int example, JsonObject of)
        {
            try
            {
                of["jpeg"] = Convert.ToBase64String(data.Thumbnail(part, example));
                return of;
            }
            catch (InputException)
            {
                // What training could read may have been moved since; the report does without it.
                failed++;
                return null;
            }
        }

        IReadOnlyList<string> names = PictureNames.WithoutCommonFolder([.. data.Set.Captions(SplitPart.Train)]);
        ILookup<int, int> byClass = data.Set.LabelIds(SplitPart.Train).Index().ToLookup(example => example.Item, example => example.Index);
        JsonNode[] samples =
        [
            .. PictureChoice.Classes(report.Classes).Select(c => new JsonObject
            {
                ["class"] = c,
                ["pictures"] = new JsonArray([.. PictureChoice.OfClass(byClass[c].Count()).Select(i => byClass[c].ElementAt(i)).Select(i => Kept(SplitPart.Train, i, new JsonObject { ["name"] = names[i] })).OfType<JsonNode>()]),
            }),
        ];
        JsonNode[] predictions = [.. PictureChoice.Predictions(report).Select(i => Kept(data.Scored, i, new JsonObject { ["example"] = i })).OfType<JsonNode>()];
        folder.Write(folder.Pictures, new JsonObject { ["format"] = 1, ["samples"] = new JsonArray(samples), ["predictions"] = new JsonArray(predictions) });
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
            Samples =
            [
                .. json["samples"]!.AsArray().Select(of => new ClassSamples(Within(of!["class"]!, data.Classes.Count), [.. of["pictures"]!.AsArray().Select(picture => Picture(picture!, picture!["name"]!.GetValue<string>()))]))
                    .Where(samples => samples.Pictures.Count > 0),
            ],
            PredictionPictures = json["predictions"]!.AsArray().Select(picture => (Picture: picture!, Example: Within(picture!["example"]!, data.Predictions.Count)))
                .ToDictionary(kept => kept.Example, kept => Picture(kept.Picture, data.Predictions[kept.Example].Text)),
        };
    }

    private static int Within(JsonNode json, int count) => json.GetValue<int>() is var value && value >= 0 && value < count ? value : throw new JsonException($"{value}, where there are {count}");

    private static ReportPicture Picture(JsonNode json, string name)
    {
        byte[] jpeg = Convert.FromBase64String(json["jpeg"]!.GetValue<string>());
        return Thumbnail.IsPlausible(jpeg) ? new ReportPicture(name, jpeg) : throw new JsonException("a picture that is no small JPEG");
    }
}
