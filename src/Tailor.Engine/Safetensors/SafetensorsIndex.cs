using System.Text;
using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Engine;

/// <summary>Reads the index of a checkpoint in several files (<c>model.safetensors.index.json</c>): which tensor lies in which file. The index is not trusted.</summary>
internal static class SafetensorsIndex
{
    private const int MaximumShards = 4096;

    /// <summary>Reads an index.</summary>
    /// <param name="path">The index file.</param>
    /// <returns>The file's name (in the index's own folder) for each tensor.</returns>
    /// <exception cref="InputException">The index cannot be read, is not as it should be, or names a file outside its folder.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        byte[] json = ReadBytes(path);
        var shards = new Dictionary<string, string>(StringComparer.Ordinal);
        bool found = false;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, path, "not a JSON object", null);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isMap = reader.ValueTextEquals("weight_map"u8);
                reader.Read();
                if (isMap)
                {
                    Expect(!found, path, "weight_map occurs twice", null);
                    found = true;
                    ReadMap(ref reader, path, shards);
                }
                else
                {
                    reader.Skip();
                }
            }

            reader.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw new InputException($"{path}: not valid JSON{(fault is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "")}; download or copy it again", fault);
        }

        Expect(found, path, "weight_map is missing", null);
        int files = shards.Values.Distinct(StringComparer.Ordinal).Count();
        Expect(files <= MaximumShards, path, $"weight_map names {files} files, more than {MaximumShards}", null);
        return shards;
    }

    private static void ReadMap(ref Utf8JsonReader reader, string path, Dictionary<string, string> shards)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, path, $"weight_map is a {reader.TokenType}", null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.String, path, $"the file is given as a {reader.TokenType}", name);
            string shard = reader.GetString()!;
            Expect(shards.TryAdd(name, shard), path, "the name occurs twice", name);
            Expect(IsPlainName(shard), path, $"the file {SafetensorsHeader.Quote(shard)} is not a plain name ending in .safetensors", name);
            CheckLink(path, shard, name);
        }
    }

    /// <summary>Whether a name stays in its folder on every system.</summary>
    private static bool IsPlainName(string shard) =>
        shard.EndsWith(".safetensors", StringComparison.Ordinal) && shard.Length <= 255 && shard[0] != '.' && !shard.AsSpan().ContainsAny("/\\:") && !shard.Any(char.IsControl);

    /// <summary>A link may lead elsewhere in its folder, or into the blobs of a Hugging Face cache (<c>snapshots/REVISION</c> beside <c>blobs</c>); anywhere else is refused.</summary>
    private static void CheckLink(string path, string shard, string name)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = new FileInfo(Path.Combine(folder, shard));
        if (file.LinkTarget is null)
        {
            return;
        }

        string? target = null;
        try
        {
            target = file.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            // A circle of links leads nowhere; the check below says so.
        }

        string blobs = Path.GetFullPath(Path.Combine(folder, "..", "..", "blobs"));
        string? place = Path.GetDirectoryName(target is null ? null : Path.GetFullPath(target));
        Expect(place == folder || place == blobs, path, $"the file '{shard}' is a link to {target ?? "nowhere"}, outside the checkpoint's folder", name);
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            return length <= SafetensorsHeader.MaximumLength
                ? File.ReadAllBytes(path)
                : throw InputException.At(path, $"{length} bytes long", $"an index of at most {SafetensorsHeader.MaximumLength} bytes is expected");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({fault.Message}); an index of safetensors files is expected", fault);
        }
    }

    private static void Expect(bool holds, string path, string found, string? name)
    {
        if (!holds)
        {
            throw InputException.At(
                path, found, "a weight_map from tensor names to safetensors files in the same folder is expected; download the checkpoint again", field: name is null ? null : SafetensorsHeader.TensorName(name));
        }
    }
}
