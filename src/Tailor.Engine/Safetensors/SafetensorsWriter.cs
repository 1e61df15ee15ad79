using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>Writes safetensors files byte for byte as the reference library does: tensors by falling alignment of their type, then by name; the header padded to 8 bytes.</summary>
public static class SafetensorsWriter
{
    private const int Chunk = 1 << 30;

    /// <summary>Names stand in the header as they are, like the reference library's; nobody puts this JSON into a web page.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file under a temporary name and renames it. Tensors are written one after another from where they are; only one that is not contiguous or not on the CPU is copied meanwhile.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="tensors">The tensors by name, of any device.</param>
    /// <param name="metadata">Texts to put into the header, such as <c>format: pt</c>.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, a name is not allowed, or a type is not one of <see cref="SafetensorsType"/>.</exception>
    /// <exception cref="IOException">The disk is full or the folder cannot be written; the message names the file and its size, and nothing is left behind.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(tensors);
        List<(byte[] Name, SafetensorsType Type, Tensor Tensor)> ordered = Order(tensors);
        byte[] header = Header(ordered, metadata);
        long length = SafetensorsHeader.PrefixSize + header.Length + ordered.Sum(t => t.Tensor.numel() * t.Type.Size());
        AtomicFile.Write(path, stream => WriteAll(stream, header, ordered), length);
    }

    private static List<(byte[] Name, SafetensorsType Type, Tensor Tensor)> Order(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ordered = new List<(byte[] Name, SafetensorsType Type, Tensor Tensor)>();
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (name == SafetensorsHeader.MetadataKey || !names.Add(name))
            {
                throw new ArgumentException($"The name '{name}' is {(name == SafetensorsHeader.MetadataKey ? "reserved" : "given twice")}.", nameof(tensors));
            }

            ordered.Add(SafetensorsTypes.TryFrom(tensor.dtype, out SafetensorsType type)
                ? (Encoding.UTF8.GetBytes(name), type, tensor)
                : throw new ArgumentException($"'{name}' holds {tensor.dtype}, which safetensors files cannot.", nameof(tensors)));
        }

        ordered.Sort((a, b) => a.Type != b.Type ? a.Type.FileOrder() - b.Type.FileOrder() : a.Name.AsSpan().SequenceCompareTo(b.Name));
        return ordered;
    }

    private static byte[] Header(List<(byte[] Name, SafetensorsType Type, Tensor Tensor)> ordered, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long start = 0;
            foreach ((byte[] name, SafetensorsType type, Tensor tensor) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.HeaderName());
                WriteNumbers(json, "shape", tensor.shape);
                WriteNumbers(json, "data_offsets", [start, start += tensor.numel() * type.Size()]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static void WriteAll(Stream stream, byte[] header, List<(byte[] Name, SafetensorsType Type, Tensor Tensor)> ordered)
    {
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixSize];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach ((_, SafetensorsType type, Tensor tensor) in ordered)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor flat = tensor.detach().cpu().contiguous().view(-1);
            int step = Chunk / type.Size();
            for (long start = 0; start < flat.shape[0]; start += step)
            {
                using Tensor piece = flat.narrow(0, start, Math.Min(step, flat.shape[0] - start));
                stream.Write(piece.bytes);
            }
        }
    }
}
