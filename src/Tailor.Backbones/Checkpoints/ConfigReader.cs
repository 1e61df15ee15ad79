using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>Reads bounded values from a <c>config.json</c> object; every fault names the file and the key.</summary>
internal sealed class ConfigReader(JsonObject json, string path)
{
    public string Text(string key, string fallback) => Value(key) is { } value
        ? value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw Wrong(key, value, "a text")
        : fallback;

    public int Integer(string key, int least, int most, int? fallback = null)
    {
        if (Value(key) is not { } value)
        {
            return fallback ?? throw InputException.At(path, "missing", $"the file needs this key with a number from {least} to {most}", field: key);
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
        return InputException.At(path, found.Length > 60 ? found[..60] + "..." : found, $"expected {expected}", field: key);
    }
}
