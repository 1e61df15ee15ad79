using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// A tuned classifier as a directory. It is an ordinary Hugging Face directory: a tanh CLS head is exactly the pooler and classifier of <c>BertForSequenceClassification</c> and is written
/// under those names, with the calibrations folded into the classifier, so that transformers gives the same logits. An adapter that can be is merged into the weights; beside them <c>adapter/</c> holds it as PEFT does.
/// <c>tailor.json</c> holds what transformers has no place for, <see cref="FittedCalibration"/> what no classifier can hold.
/// </summary>
/// <param name="Recipe">The recipe it was made with.</param>
/// <param name="Labels">The class names in order.</param>
/// <param name="TrainCounts">Training examples per class.</param>
/// <param name="Rho">Glee's head/tail threshold it was scored with.</param>
/// <param name="Verbalizer">The classes' words, when the head reads them.</param>
/// <param name="Groups">The bounds between many, medium and few it was scored with.</param>
public sealed record TunedModel(Recipe Recipe, IReadOnlyList<string> Labels, IReadOnlyList<int> TrainCounts, double Rho, Verbalizer? Verbalizer = null, ShotBounds Groups = ShotBounds.Oltr)
{
    private const long LargestDescription = 64 << 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the directory; its weights come last.</summary>
    /// <param name="model">The model.</param>
    /// <param name="directory">Where to.</param>
    public void Save(ClassifierModel model, string directory)
    {
        ArgumentNullException.ThrowIfNull(model);
        JsonObject config = model.Config();
        config["id2label"] = new JsonObject(Labels.Select((label, i) => new KeyValuePair<string, JsonNode?>(i.ToString(), label)));
        config["label2id"] = new JsonObject(Labels.Select((label, i) => new KeyValuePair<string, JsonNode?>(label, i)));
        config["problem_type"] = Recipe.PredictsNumbers ? "regression" : "single_label_classification";
        config["classifier_dropout"] = Recipe.Head.Dropout;
        Directory.CreateDirectory(directory);
        SaveDescription(directory);
        if (FittedCalibration.StandsBeside(Recipe))
        {
            (model.Fitted ?? throw new InvalidOperationException("The recipe's calibrations have not been fitted.")).Write(directory);
        }

        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        if (model.AdapterStands)
        {
            PeftFolder.Save(Path.Combine(directory, "adapter"), Recipe.Adapter.For(Labels.Count, model.Sites.Layers.Count), model.Adapter!, model.Source, Recipe.Input.ReadsPictures ? null : "SEQ_CLS");
        }

        model.SaveInput(directory);
        ModelDirectory.Save(directory, config, tokenizer: null, Weights(model));
    }

    /// <summary>Writes <c>tailor.json</c> alone.</summary>
    /// <param name="directory">The directory.</param>
    public void SaveDescription(string directory) => AtomicFile.WriteText(Path.Combine(directory, "tailor.json"), Describe().ToJsonString(Indented) + "\n");

    /// <summary>Reads a directory that <see cref="Save"/> wrote.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <exception cref="InputException">It is no tuned model, or damaged.</exception>
    public static (TunedModel Description, ClassifierModel Model) Load(string directory, Device? device = null)
    {
        TunedModel description = ReadDescription(directory);
        Recipe recipe = description.ForInference();
        ClassifierModel model = recipe.Input.ReadsPictures
            ? ImageModel.Load(directory, recipe, description.Labels.Count, seed: 0, device, tuned: true)
            : TextModel.Load(directory, recipe, description.Labels.Count, description.Verbalizer, seed: 0, device, tuned: true);
        if (model.Report.Missing.Count > 0)
        {
            string missing = string.Join(", ", model.Report.Missing);
            model.Dispose();
            throw new InputException($"{directory}: the weights lack {missing}; the directory is incomplete, copy it again");
        }

        if (model.AdapterStands)
        {
            model.Adapter!.Enter(recipe.Stages[^1]);
            model.SetAdapter(stands: true);
        }

        if (FittedCalibration.StandsBeside(description.Recipe))
        {
            try
            {
                bool means = description.Recipe.Calibrations.Any(c => c.Kind == CalibrationKind.Ncm);
                model.Fitted = FittedCalibration.Read(directory, description.Labels.Count, means ? model.Head.FeatureWidth : null);
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }

        return (description, model);
    }

    /// <summary>Reads a directory that <see cref="Save"/> wrote for a model of texts.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <exception cref="InputException">It is no tuned model, damaged, or one of pictures.</exception>
    public static (TunedModel Description, TextModel Model) LoadTexts(string directory, Device? device = null)
    {
        (TunedModel description, ClassifierModel model) = Load(directory, device);
        if (model is TextModel texts)
        {
            return (description, texts);
        }

        model.Dispose();
        throw new InputException($"{directory}: this model classifies pictures, not texts");
    }

    /// <summary>Reads <c>tailor.json</c> alone.</summary>
    /// <param name="directory">The directory of a tuned model.</param>
    /// <exception cref="InputException">It is missing or damaged.</exception>
    public static TunedModel ReadDescription(string directory)
    {
        string path = Path.Combine(directory, "tailor.json");
        if (!File.Exists(path))
        {
            throw new InputException($"{directory}: no tailor.json here, so this is no tuned model; give a run folder of 'tailor train' or its model/ folder");
        }

        if (new FileInfo(path).Length > LargestDescription)
        {
            throw InputException.At(path, $"{new FileInfo(path).Length} bytes", "larger than any description; the file is damaged");
        }

        try
        {
            JsonNode json = JsonNode.Parse(File.ReadAllText(path)) ?? throw new JsonException("empty");
            return new TunedModel(
                RecipeReader.Parse(json["recipe"]!.GetValue<string>(), path),
                json["labels"]!.AsArray().Select(label => label!.GetValue<string>()).ToArray(),
                json["train_counts"]!.AsArray().Select(count => count!.GetValue<int>()).ToArray(),
                json["rho"]!.GetValue<double>(),
                json["label_words"] is { } words ? new Verbalizer(words.Deserialize<string[][]>()!) : null,
                ShotBoundsName.Parse(json["groups"]?.GetValue<string>()));
        }
        catch (Exception fault) when (fault is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{path}: not a description that this version wrote ({fault.Message}); copy the model folder again", fault);
        }
    }

    /// <summary>The recipe as inference needs it: what saving folded into the weights, and an adapter that a stage took away, are not applied again.</summary>
    private Recipe ForInference() => Recipe with
    {
        Calibrations = [],
        Adapter = StageWeights.AdapterStandsAtTheEnd(Recipe) && !StageWeights.CanMerge(Recipe.Adapter.Kind) ? Recipe.Adapter : new AdapterRecipe(),
    };

    private IEnumerable<KeyValuePair<string, Tensor>> Weights(ClassifierModel model)
    {
        // What the head does not read took no part in the classifier; neither did an adapter that was taken away or is merged.
        var head = model.Head.Parameters.ToHashSet();
        var gone = (model.Adapter is { } adapter && (!model.AdapterStands || adapter.CanMerge) ? adapter.Parameters : []).ToHashSet();
        IEnumerable<Parameter> kept = model.Parameters.Where(p => !gone.Contains(p) && (head.Contains(p) || model.IsRead(p)));
        Dictionary<Parameter, Tensor> merged = Merged(model);
        ScoreChange? folded = FittedCalibration.StandsBeside(Recipe) ? null : model.ScoreChange();
        foreach ((string name, Tensor value) in ModelDirectory.Weights(kept, parameter => merged.GetValueOrDefault(parameter)))
        {
            yield return new(model.StandardNames.GetValueOrDefault(name, name), folded is not null && name.StartsWith(ClsHead.OutputPath, StringComparison.Ordinal) ? folded.Fold(value) : value);
        }
    }

    /// <summary>The values of the layers and norms that a standing adapter changes, with it folded in.</summary>
    private static Dictionary<Parameter, Tensor> Merged(ClassifierModel model)
    {
        var merged = new Dictionary<Parameter, Tensor>();
        foreach (Linear linear in model.AdapterStands && model.Adapter!.CanMerge ? model.Adapter.Linears : [])
        {
            (merged[linear.Weight], Tensor? bias) = linear.Adapter!.Merged(linear);
            if (bias is not null)
            {
                merged[linear.Bias!] = bias;
            }
        }

        foreach (LayerNorm norm in model.AdapterStands && model.Adapter!.CanMerge ? model.Adapter.Norms : [])
        {
            (merged[norm.Weight], merged[norm.Bias]) = norm.Adapter!.Merged(norm);
        }

        return merged;
    }

    private JsonObject Describe() => new()
    {
        ["format"] = 1,
        ["recipe"] = RecipeWriter.ToYaml(Recipe),
        ["labels"] = new JsonArray(Labels.Select(label => (JsonNode)label).ToArray()),
        ["train_counts"] = new JsonArray(TrainCounts.Select(count => (JsonNode)count).ToArray()),
        ["rho"] = Rho,
        ["groups"] = ShotBoundsName.Of(Groups),
        ["label_words"] = JsonSerializer.SerializeToNode(Verbalizer?.Words),
    };
}
