using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>The content of <c>run.json</c>: what was asked, resolved, and what the bits of the result depend on.</summary>
internal sealed record RunDescription(TrainRequest Request, Recipe Recipe, Verbalizer? Verbalizer, string DataFingerprint, int Threads, string InstructionSet, string? AugmentedFingerprint = null)
{
    public JsonObject ToJson() => new()
    {
        ["format"] = 1,
        ["tailor"] = typeof(RunDescription).Assembly.GetName().Version?.ToString(3),
        ["data"] = Path.GetFullPath(Request.Data),
        ["data_fingerprint"] = DataFingerprint,
        ["augmented"] = Request.Augmented is { } augmented ? Path.GetFullPath(augmented) : null,
        ["augmented_fingerprint"] = AugmentedFingerprint,
        ["data_options"] = JsonSerializer.SerializeToNode(Request.DataOptions),
        ["image_options"] = Recipe.Input.ReadsPictures ? JsonSerializer.SerializeToNode(Request.ImageOptions) : null,
        ["further_data"] = Request.FurtherData.Count > 0 ? new JsonArray([.. Request.FurtherData.Select(path => (JsonNode)Path.GetFullPath(path))]) : null,
        ["max_pixels"] = Request.MaxPixels,
        ["skip_bad_images"] = Request.SkipBadImages,
        ["model"] = Path.GetFullPath(Request.Model),
        ["recipe"] = RecipeWriter.ToYaml(Recipe),
        ["label_words"] = JsonSerializer.SerializeToNode(Verbalizer?.Words),
        ["seed"] = Request.Seed,
        ["rho"] = Request.Rho,
        ["groups"] = ShotBoundsName.Of(Request.Groups),
        ["checkpoint_every"] = Request.CheckpointEvery,
        ["device"] = Request.Device,
        ["precision"] = PrecisionName.Of(Request.Precision),
        ["threads"] = Threads,
        ["instruction_set"] = InstructionSet,
    };

    public static RunDescription Read(RunFolder folder)
    {
        JsonObject json = folder.ReadDescription();
        if (json["kind"] is not null)
        {
            throw new InputException($"{folder.Path}: this run pretrains; continue it with: tailor pretrain --resume {folder.Path}");
        }

        try
        {
            var request = new TrainRequest
            {
                Data = json["data"]!.GetValue<string>(),
                Model = json["model"]!.GetValue<string>(),
                Recipe = "run.json",
                Augmented = json["augmented"]?.GetValue<string>(),
                Output = folder.Path,
                Seed = json["seed"]!.GetValue<long>(),
                DataOptions = json["data_options"].Deserialize<DatasetOptions>()!,
                ImageOptions = json["image_options"] is { } images ? images.Deserialize<ImageDatasetOptions>()! : new(),
                FurtherData = json["further_data"] is JsonArray further ? [.. further.Select(path => path!.GetValue<string>())] : [],
                MaxPixels = json["max_pixels"]?.GetValue<long>(),
                SkipBadImages = json["skip_bad_images"]?.GetValue<bool>() ?? false,
                Rho = json["rho"]!.GetValue<double>(),
                Groups = ShotBoundsName.Parse(json["groups"]?.GetValue<string>()),
                CheckpointEvery = json["checkpoint_every"]?.GetValue<int>(),
                Device = json["device"]?.GetValue<string>(),
                Precision = PrecisionName.Parse(json["precision"]?.GetValue<string>()),
            };
            return new RunDescription(
                request,
                RecipeReader.Parse(json["recipe"]!.GetValue<string>(), folder.Description),
                json["label_words"] is { } words ? new Verbalizer(words.Deserialize<string[][]>()!) : null,
                json["data_fingerprint"]!.GetValue<string>(),
                json["threads"]!.GetValue<int>(),
                json["instruction_set"]!.GetValue<string>(),
                json["augmented_fingerprint"]?.GetValue<string>());
        }
        catch (Exception fault) when (fault is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{folder.Description}: not written by this version ({fault.Message}); start the run again", fault);
        }
    }
}
