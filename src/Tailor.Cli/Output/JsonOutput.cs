using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tailor.Cli;

/// <summary>JSON on standard output: names of labels and texts stay readable in any script.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one document.</summary>
    public static void Write(Session session, JsonNode content) => session.Out.WriteLine(content.ToJsonString(Indented));

    /// <summary>Writes one line of JSON Lines.</summary>
    public static void WriteLine(Session session, JsonNode content) => session.Out.WriteLine(content.ToJsonString(OneLine));

    /// <summary>An array.</summary>
    public static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> make) => new([.. items.Select(make)]);
}
