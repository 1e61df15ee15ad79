using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>Reads bounded values from a <c>config.json</c> object; every fault names the file and the key.</summary>
/// <param name="json">The object.</param>
/// <param name="path">The file, for messages.</param>
/// <param name="parent">The keys above the object with their dots, for messages.</param>
internal sealed class ConfigReader(JsonObject json, string path, string parent = "")
{
    private const long LargestConfig = 4 << 20;

    /// <summary>The object's keys.</summary>
    public JsonObject Json => json;

    /// <summary>Opens <c>config.json</c> of a model directory.</summary>
    /// <exception cref="InputException">The file is missing, larger than any configuration, or no JSON object.</exception>
    public static (JsonObject Json, string Path) Open(string directory)
    {
        string path = System.IO.Path.Combine(directory, "config.json");
        if (!Directory.Exists(directory))
        {
            throw new InputException($"{directory}: no such folder; --model takes a Hugging Face model directory with config.json, model.safetensors and a tokenizer");
        }

        if (!File.Exists(path))
        {
            throw InputException.At(path, "file not found", "a Hugging Face model directory holds config.json beside model.safetensors");
        }

        if (new FileInfo(path).Length > LargestConfig)
        {
            throw InputException.At(path, $"{new FileInfo(path).Length} bytes", $"a config.json has at most {LargestConfig} bytes; check that this is the right file");
        }

        try
        {
            JsonNode? node = JsonNode.Parse(File.ReadAllText(path));
            return node is JsonObject json ? (json, path) : throw InputException.At(path, "not a JSON object", "use the config.json that belongs to the checkpoint");
        }
        catch (JsonException fault)
        {
            throw InputException.At(path, $"not valid JSON ({fault.Message})", "use the config.json that belongs to the checkpoint", fault.LineNumber + 1);
        }
    }

    /// <summary>The object under a key; an empty one when the key is missing, since <c>transformers</c> leaves out what is as usual.</summary>
    public ConfigReader Nested(string key) => Value(key) switch
    {
        null => new([], path, $"{parent}{key}."),
        JsonObject inner => new(inner, path, $"{parent}{key}."),
        var other => throw Wrong(key, other, "an object"),
    };

    /// <summary>A complaint about a key.</summary>
    public InputException Fault(string key, string found, string remedy) => InputException.At(path, found, remedy, field: parent + key);

    public bool Flag(string key, bool fallback) => Value(key) is not { } value ? fallback
        : value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value.GetValue<bool>()
        : throw Wrong(key, value, "true or false");

    public Activation Activation(string key, string fallback) => Text(key, fallback) switch
    {
        "gelu" => Engine.Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" => Engine.Activation.GeluNew,
        "quick_gelu" => Engine.Activation.QuickGelu,
        "relu" => Engine.Activation.Relu,
        var other => throw Fault(key, $"'{other}'", "this version has gelu, gelu_new, quick_gelu and relu"),
    };

    /// <summary>What <c>config.json</c> calls an activation.</summary>
    public static string NameOf(Activation activation) => activation switch
    {
        Engine.Activation.GeluNew => "gelu_new",
        Engine.Activation.QuickGelu => "quick_gelu",
        Engine.Activation.Relu => "relu",
        _ => "gelu",
    };

    public string Text(string key, string fallback) => Value(key) is { } value
        ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw Wrong(key, value, "a text")
        : fallback;

    public int Integer(string key, int least, int most, int? fallback = null)
    {
        if (Value(key) is not { } value)
        {
            return fallback ?? throw Fault(key, "missing", $"the file needs this key with a number from {least} to {most}");
        }

        return value.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue(out int number) && number >= least && number <= most
            ? number
            : throw Wrong(key, value, $"a whole number from {least} to {most}");
    }

    public double Number(string key, double least, double most, double fallback)
    {
        if (Value(key) is not { } value)
        {
            return fallback;
        }

        return value.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue(out double number) && number >= least && number <= most
            ? number
            : throw Wrong(key, value, $"a number from {least} to {most}");
    }

    private JsonNode? Value(string key) => json.TryGetPropertyValue(key, out JsonNode? value) ? value : null;

    private InputException Wrong(string key, JsonNode value, string expected)
    {
        string found = value.ToJsonString();
        return Fault(key, found.Length > 60 ? found[..60] + "..." : found, $"expected {expected}");
    }
}
