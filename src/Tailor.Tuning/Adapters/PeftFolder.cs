using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Adapters as PEFT keeps them: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, names under <c>base_model.model.</c>. Kinds that PEFT does not know are written in the same shape
/// under a <c>peft_type</c> of our own (<c>TAILOR_BOTTLENECK</c>, <c>TAILOR_LPT</c> and so on).
/// </summary>
public static class PeftFolder
{
    private const string ConfigFile = "adapter_config.json", WeightsFile = "adapter_model.safetensors", Base = "base_model.model.", PromptEmbeddings = "prompt_embeddings";
    private const long LargestConfig = 1 << 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reads <c>adapter_config.json</c>.</summary>
    /// <param name="directory">The adapter's folder.</param>
    /// <exception cref="InputException">It is missing, damaged, or of a kind that is not known.</exception>
    public static AdapterRecipe ReadConfig(string directory)
    {
        string path = Path.Combine(directory, ConfigFile);
        if (!File.Exists(path) || new FileInfo(path).Length > LargestConfig)
        {
            throw InputException.At(path, File.Exists(path) ? "larger than any configuration" : "no such file", "give a folder that PEFT or tailor saved an adapter in");
        }

        try
        {
            return Recipe(JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("not an object"), path);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new InputException(InputException.At(path, $"not an adapter's configuration ({fault.Message})", "copy the folder again").Message, fault);
        }
    }

    /// <summary>Puts a folder's weights into an adapter, and those that it keeps of the backbone and the head into the given parameters.</summary>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="adapter">An adapter made from <see cref="ReadConfig"/>.</param>
    /// <param name="others">The model's other parameters.</param>
    /// <returns>The names that found no parameter.</returns>
    /// <exception cref="InputException">A tensor is missing or has another shape.</exception>
    public static IReadOnlyList<string> ReadWeights(string directory, Adapter adapter, IEnumerable<Parameter> others)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        string path = Path.Combine(directory, WeightsFile);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using var _ = no_grad();
        var left = file.Entries.Keys.ToHashSet(StringComparer.Ordinal);
        foreach ((Parameter parameter, bool required) in adapter.Parameters.Select(p => (p, true)).Concat(adapter.BackboneParameters.Concat(others).Distinct().Select(p => (p, false))))
        {
            foreach (ParameterPart part in parameter.Parts)
            {
                string[] names = [.. Names(adapter, part.Name)];
                if (names.FirstOrDefault(file.Entries.ContainsKey) is not { } stored)
                {
                    if (required)
                    {
                        throw InputException.At(path, $"no tensor '{names[0]}'", "configuration and weights do not belong together, or the adapter was saved without its projection; it can then only be read with projection null");
                    }

                    continue;
                }

                using Tensor value = file.Read(stored), rows = parameter.Value.narrow(0, part.FirstRow, part.Rows);
                if (value.numel() != rows.numel())
                {
                    throw InputException.At(path, $"shape [{string.Join(", ", value.shape)}]", $"the model asks for [{string.Join(", ", rows.shape)}]; the adapter belongs to another model", field: stored);
                }

                rows.copy_(value.view(rows.shape));
                left.Remove(stored);
            }
        }

        return [.. left.Order(StringComparer.Ordinal)];
    }

    /// <summary>Writes an adapter's folder; prefix and prompt are written as their network makes them, as PEFT does.</summary>
    /// <param name="directory">The folder, made when absent.</param>
    /// <param name="recipe">What the adapter was made from.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">The path or name of the model it stands on.</param>
    /// <param name="task">PEFT's task, whose wrapper gives the names their first part; null for pictures, which it has none for.</param>
    public static void Save(string directory, AdapterRecipe recipe, Adapter adapter, string baseModel, string? task = "SEQ_CLS")
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(adapter);
        Directory.CreateDirectory(directory);
        JsonObject config = Config(recipe);
        config["base_model_name_or_path"] = baseModel;
        config["task_type"] = task;
        config["inference_mode"] = true;
        AtomicFile.WriteText(Path.Combine(directory, ConfigFile), config.ToJsonString(Indented) + "\n");
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        IEnumerable<KeyValuePair<string, Tensor>> weights = Prompt(adapter) is { } rows
            ? [new(PromptEmbeddings, rows)]
            : Backbones.ModelDirectory.Weights(adapter.Parameters.Concat(adapter.BackboneParameters)).Select(w => new KeyValuePair<string, Tensor>(Names(adapter, w.Key).First(), w.Value));
        SafetensorsWriter.Write(Path.Combine(directory, WeightsFile), weights, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static Tensor? Prompt(Adapter adapter) => adapter switch
    {
        PrefixAdapter prefix => prefix.Rows(),
        SoftPromptAdapter prompt => prompt.Rows(),
        _ => null,
    };

    /// <summary>What PEFT calls a tensor, the likeliest first.</summary>
    private static IEnumerable<string> Names(Adapter adapter, string name)
    {
        if (Prompt(adapter) is { } rows)
        {
            rows.Dispose();
            if (name == "prompt_encoder.embedding.weight")
            {
                yield return PromptEmbeddings;
            }

            yield return "base_model." + name;
            yield break;
        }

        int dot = name.LastIndexOf('.');
        if (adapter is LayerNormAdapter && name.Contains("LayerNorm.", StringComparison.Ordinal))
        {
            yield return $"{Base}{name[..dot]}.ln_tuning_layers{name[dot..]}";
        }

        if (adapter is LoraAdapter && !name.Contains(".lora_", StringComparison.Ordinal) && name.EndsWith(".bias", StringComparison.Ordinal))
        {
            yield return $"{Base}{name[..dot]}.base_layer{name[dot..]}";
        }

        if (Backbones.NameMap.ImageNameInMemory(name) is { } inMemory)
        {
            yield return Base + inMemory;
        }

        yield return Base + name;
    }

    private static AdapterRecipe Recipe(JsonObject config, string path)
    {
        string kind = config["peft_type"]!.GetValue<string>();
        T Get<T>(string key, T otherwise) => config[key] is { } node ? node.GetValue<T>() : otherwise;
        AdapterPlacement Placement() => Enum.Parse<AdapterPlacement>(Get("placement", nameof(AdapterPlacement.Parallel)), ignoreCase: true);
        string[] Texts(string key) => config[key] is JsonArray array ? [.. array.Select(node => node!.GetValue<string>())] : [];
        int[] Numbers(string key) => config[key] is JsonArray array ? [.. array.Select(node => node!.GetValue<int>())] : config[key] is { } one ? [one.GetValue<int>()] : [];
        var recipe = new AdapterRecipe { Targets = Texts("target_modules"), Layers = Numbers("layers_to_transform") };
        return kind switch
        {
            "LORA" => recipe with
            {
                Kind = AdapterKind.Lora,
                Rank = Get("r", 8),
                Alpha = Get("lora_alpha", 8.0),
                Dropout = Get("lora_dropout", 0.0),
                RankStabilized = Get("use_rslora", false),
                Magnitude = Get("use_dora", false),
                Bias = Get("bias", "none") switch { "lora_only" => AdapterBias.LoraOnly, "all" => AdapterBias.All, _ => AdapterBias.None },
            },
            "IA3" => recipe with { Kind = AdapterKind.Ia3, InputTargets = Texts("feedforward_modules") },
            "LN_TUNING" => new AdapterRecipe { Kind = AdapterKind.LayerNorm },
            "PREFIX_TUNING" => new AdapterRecipe { Kind = AdapterKind.Prefix, Tokens = Get("num_virtual_tokens", 16), Projection = Get("prefix_projection", false) ? Get("encoder_hidden_size", 512) : null },
            "PROMPT_TUNING" => new AdapterRecipe { Kind = AdapterKind.SoftPrompt, Tokens = Get("num_virtual_tokens", 16) },
            "P_TUNING" => new AdapterRecipe { Kind = AdapterKind.SoftPrompt, Tokens = Get("num_virtual_tokens", 16), Projection = Get("encoder_hidden_size", 512) },
            "TAILOR_BITFIT" => recipe with { Kind = AdapterKind.BitFit },
            "TAILOR_BOTTLENECK" => recipe with
            {
                Kind = AdapterKind.Bottleneck,
                Width = Get("width", 32),
                Placement = Placement(),
            },
            "TAILOR_ADAPTFORMER" => recipe with { Kind = AdapterKind.AdaptFormer, Width = Get("width", 32), Placement = Placement() },
            "TAILOR_SSF" => recipe with { Kind = AdapterKind.Ssf },
            "TAILOR_DEEP_PROMPT" => recipe with { Kind = AdapterKind.DeepPrompt, Tokens = Get("num_virtual_tokens", 16) },
            "TAILOR_LPT" => recipe with
            {
                Kind = AdapterKind.Lpt,
                Tokens = Get("num_virtual_tokens", 16),
                SharedLayers = Get("shared_layers", 6),
                Pool = Get("pool", 20),
                TopK = Get("top_k", 2),
            },
            _ => throw InputException.At(path, $"peft_type '{kind}'", "known are LORA, IA3, LN_TUNING, PREFIX_TUNING, PROMPT_TUNING, P_TUNING, and TAILOR_BITFIT, _BOTTLENECK, _ADAPTFORMER, _SSF, _DEEP_PROMPT and _LPT", field: "peft_type"),
        };
    }

    private static JsonObject Config(AdapterRecipe recipe)
    {
        JsonObject config = recipe.Kind switch
        {
            AdapterKind.Lora => new JsonObject
            {
                ["peft_type"] = "LORA",
                ["r"] = recipe.Rank,
                ["lora_alpha"] = recipe.Alpha,
                ["lora_dropout"] = recipe.Dropout,
                ["use_rslora"] = recipe.RankStabilized,
                ["use_dora"] = recipe.Magnitude,
                ["bias"] = recipe.Bias switch { AdapterBias.LoraOnly => "lora_only", AdapterBias.All => "all", _ => "none" },
            },
            AdapterKind.Ia3 => new JsonObject { ["peft_type"] = "IA3", ["feedforward_modules"] = Array(recipe.InputTargets) },
            AdapterKind.LayerNorm => new JsonObject { ["peft_type"] = "LN_TUNING", ["target_modules"] = Array(["LayerNorm"]) },
            AdapterKind.Prefix => new JsonObject { ["peft_type"] = "PREFIX_TUNING", ["num_virtual_tokens"] = recipe.Tokens, ["prefix_projection"] = false },
            AdapterKind.SoftPrompt => new JsonObject { ["peft_type"] = "PROMPT_TUNING", ["num_virtual_tokens"] = recipe.Tokens },
            AdapterKind.BitFit => new JsonObject { ["peft_type"] = "TAILOR_BITFIT" },
            AdapterKind.Bottleneck => new JsonObject { ["peft_type"] = "TAILOR_BOTTLENECK", ["width"] = recipe.Width, ["placement"] = recipe.Placement.ToString() },
            AdapterKind.AdaptFormer => new JsonObject { ["peft_type"] = "TAILOR_ADAPTFORMER", ["width"] = recipe.Width, ["placement"] = recipe.Placement.ToString() },
            AdapterKind.Ssf => new JsonObject { ["peft_type"] = "TAILOR_SSF" },
            AdapterKind.DeepPrompt => new JsonObject { ["peft_type"] = "TAILOR_DEEP_PROMPT", ["num_virtual_tokens"] = recipe.Tokens },
            AdapterKind.Lpt => new JsonObject
            {
                ["peft_type"] = "TAILOR_LPT",
                ["num_virtual_tokens"] = recipe.Tokens,
                ["shared_layers"] = recipe.SharedLayers,
                ["pool"] = recipe.Pool,
                ["top_k"] = recipe.TopK,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Kind, "Not an adapter."),
        };
        if (recipe.Kind is AdapterKind.Lora or AdapterKind.Ia3)
        {
            config["target_modules"] = Array(recipe.Targets);
        }

        if (recipe.Layers.Count > 0)
        {
            config["layers_to_transform"] = new JsonArray([.. recipe.Layers.Select(layer => JsonValue.Create(layer))]);
        }

        return config;
    }

    private static JsonArray Array(IReadOnlyList<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
