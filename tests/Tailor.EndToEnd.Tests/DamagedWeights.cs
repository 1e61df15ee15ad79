using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Tailor.EndToEnd.Tests;

/// <summary>Damages safetensors files in one way at a time: 8 bytes of header length, a JSON header, the tensors' bytes.</summary>
internal static class DamagedWeights
{
    private const int Prefix = 8;

    /// <summary>Cuts a file.</summary>
    public static void Truncate(string path, long length)
    {
        using FileStream stream = File.OpenWrite(path);
        stream.SetLength(length);
    }

    /// <summary>Writes another header length.</summary>
    public static void ClaimHeader(string path, long length)
    {
        byte[] bytes = File.ReadAllBytes(path);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Moves a tensor.</summary>
    public static void Edit(string path, string name, Func<(long Start, long End), (long Start, long End)> move)
    {
        (JsonObject header, byte[] data) = Read(path);
        (long start, long end) = move(Offsets(header, name));
        header[name]!["data_offsets"] = new JsonArray(start, end);
        Write(path, header, data);
    }

    /// <summary>Makes a tensor's first number NaN.</summary>
    public static void Spoil(string path, string name)
    {
        (JsonObject header, byte[] data) = Read(path);
        BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan((int)Offsets(header, name).Start), float.NaN);
        Write(path, header, data);
    }

    /// <summary>Gives a matrix and a vector further rows of zeros, at the end of the file.</summary>
    public static void PadRows(string path, string matrix, string vector, int rows)
    {
        (JsonObject header, byte[] data) = Read(path);
        using var padded = new MemoryStream();
        foreach ((string name, JsonNode? entry) in header.Where(entry => entry.Key != "__metadata__").OrderBy(entry => Offsets(header, entry.Key).Start).ToArray())
        {
            (long start, long end) = Offsets(header, name);
            long begin = padded.Position;
            padded.Write(data, (int)start, (int)(end - start));
            if (name == matrix || name == vector)
            {
                var shape = (JsonArray)entry!["shape"]!;
                long have = shape[0]!.GetValue<long>();
                padded.Write(new byte[(end - start) / have * (rows - have)]);
                shape[0] = rows;
            }

            entry!["data_offsets"] = new JsonArray(begin, padded.Position);
        }

        Write(path, header, padded.ToArray());
    }

    /// <summary>Gives tensors other names.</summary>
    public static void Rename(string path, string part, string other)
    {
        (JsonObject header, byte[] data) = Read(path);
        Write(path, new JsonObject(header.Select(entry => KeyValuePair.Create(entry.Key.Replace(part, other, StringComparison.Ordinal), entry.Value?.DeepClone()))), data);
    }

    private static (long Start, long End) Offsets(JsonObject header, string name) =>
        (header[name]!["data_offsets"]![0]!.GetValue<long>(), header[name]!["data_offsets"]![1]!.GetValue<long>());

    private static (JsonObject Header, byte[] Data) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return ((JsonObject)JsonNode.Parse(bytes.AsSpan(Prefix, length))!, bytes[(Prefix + length)..]);
    }

    private static void Write(string path, JsonObject header, byte[] data)
    {
        string json = header.ToJsonString();
        byte[] text = Encoding.UTF8.GetBytes(json.PadRight((json.Length + Prefix - 1) / Prefix * Prefix));
        byte[] prefix = new byte[Prefix];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, text.Length);
        File.WriteAllBytes(path, [.. prefix, .. text, .. data]);
    }
}
