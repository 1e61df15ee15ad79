using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tailor.Bench;

/// <summary>How the harness writes JSON: the keys in the manner of Python, which reads them too.</summary>
internal static class BenchJson
{
    /// <summary>One line, as the sides talk to the harness.</summary>
    public static JsonSerializerOptions Compact { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) } };

    /// <summary>Indented, for a file of results.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Compact) { WriteIndented = true };
}
