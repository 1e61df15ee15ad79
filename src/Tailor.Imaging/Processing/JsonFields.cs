using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>The keys of an image processor's settings, each read within its range; a key that is absent or null gives null.</summary>
internal sealed class JsonFields(string path, JsonElement root)
{
    private const int LargestSize = 1 << 14, ShownLength = 40;

    /// <summary>Whether a key is there and neither null, false nor zero.</summary>
    public bool IsSet(string key) => Find(key) is { } value && value.ValueKind != JsonValueKind.False && !(value.ValueKind == JsonValueKind.Number && value.GetDouble() == 0);

    /// <summary>A value as it stands in the file, shortened.</summary>
    public string Raw(string key) => Shown(Find(key)!.Value);

    /// <summary>A string.</summary>
    public string? Text(string key) => Find(key) is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, value, "expected a string") : null;

    /// <summary>True or false.</summary>
    public bool? Flag(string key) =>
        Find(key) is { } value ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, value, "expected true or false") : null;

    /// <summary>A number above 0.</summary>
    public double? Positive(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number is > 0 and < 1e6 ? number : throw Wrong(key, value, "expected a number above 0");
    }

    /// <summary>Three numbers.</summary>
    public ChannelValues? Channels(string key, bool positive)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        float[] numbers = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Take(Picture.Channels + 1).Select(n => n.ValueKind == JsonValueKind.Number && n.TryGetSingle(out float number) ? number : float.NaN)]
            : [];
        bool fine = numbers.Length == Picture.Channels && Array.TrueForAll(numbers, n => float.IsFinite(n) && (n > 0 || !positive));
        return fine ? new ChannelValues(numbers[0], numbers[1], numbers[2]) : throw Wrong(key, value, $"expected three numbers{(positive ? " above 0" : "")}, for red, green and blue");
    }

    /// <summary>A filter by Pillow's number.</summary>
    public ResampleFilter? Filter(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && Enum.IsDefined((ResampleFilter)number)
            ? (ResampleFilter)number
            : throw Wrong(key, value, "expected 0 (nearest), 1 (Lanczos), 2 (bilinear) or 3 (bicubic)");
    }

    /// <summary>The size to resize to; a bare number is the shorter edge or both, as the processor's class has it.</summary>
    public ResizeRule? Resize(string key, bool numberIsShortestEdge)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("shortest_edge", out JsonElement edge))
        {
            return value.TryGetProperty("longest_edge", out _)
                ? throw Wrong(key, value, "a longest edge is not supported: give shortest_edge, or height and width")
                : ResizeRule.ToShortestEdge(Pixels(key, edge));
        }

        if (value.ValueKind == JsonValueKind.Number && numberIsShortestEdge)
        {
            return ResizeRule.ToShortestEdge(Pixels(key, value));
        }

        (int height, int width) = Size(key, value);
        return ResizeRule.Exactly(height, width);
    }

    /// <summary>The size to cut out.</summary>
    public (int Height, int Width)? Crop(string key) => Find(key) is { } value ? Size(key, value) : null;

    private (int Height, int Width) Size(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("height", out JsonElement height) && value.TryGetProperty("width", out JsonElement width))
        {
            return (Pixels(key, height), Pixels(key, width));
        }

        return value.ValueKind == JsonValueKind.Number ? (Pixels(key, value), Pixels(key, value)) : throw Wrong(key, value, "expected a number, {\"shortest_edge\": n} or {\"height\": n, \"width\": n}");
    }

    private int Pixels(string key, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int pixels) && pixels is >= 1 and <= LargestSize
        ? pixels
        : throw Wrong(key, value, $"expected 1 to {LargestSize:N0} pixels");

    private JsonElement? Find(string key) => root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InputException Wrong(string key, JsonElement value, string expected) => InputException.At(path, $"found {Shown(value)}", expected, field: key);

    private static string Shown(JsonElement value)
    {
        string raw = value.GetRawText().ReplaceLineEndings(" ");
        return raw.Length > ShownLength ? raw[..ShownLength] + "..." : raw;
    }
}
