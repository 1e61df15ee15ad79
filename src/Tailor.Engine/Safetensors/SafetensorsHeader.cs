using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Engine;

/// <summary>
/// Reads and checks the header of a safetensors file: 8 bytes of length, then JSON with a dtype, a shape and two offsets for each tensor. The file is not trusted: every number is
/// checked before it is used, and afterwards the tensors are known to fill the file's data exactly, without overlap.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes of the number in front of the header.</summary>
    public const int PrefixSize = 8;

    /// <summary>The longest header read, in bytes; the reference library's limit.</summary>
    public const long MaximumLength = 100_000_000;

    /// <summary>The key that holds metadata and not a tensor.</summary>
    public const string MetadataKey = "__metadata__";

    private const int MaximumRank = 64;
    private readonly string _path;
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path) => _path = path;

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The length of the header, checked against the file.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="start">The file's first bytes, at least 8 where the file has them.</param>
    /// <param name="fileLength">The length of the whole file in bytes.</param>
    /// <exception cref="InputException">The file is too short, the header longer than the file or the limit.</exception>
    public static int Length(string path, ReadOnlySpan<byte> start, long fileLength)
    {
        if (start.StartsWith("version https://git-lfs"u8))
        {
            throw InputException.At(path, "a Git LFS pointer, not the weights", "run 'git lfs pull' in that folder, or download the file itself");
        }

        if (fileLength < PrefixSize)
        {
            throw InputException.At(path, $"{fileLength} bytes long", "a safetensors file begins with 8 bytes of header length; download or copy the file again");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > (ulong)(fileLength - PrefixSize))
        {
            throw InputException.At(
                path, $"the header claims {length} bytes, but only {fileLength - PrefixSize} follow", "the file is cut short or is no safetensors file; download or copy it again");
        }

        if (length > MaximumLength)
        {
            throw InputException.At(path, $"the header claims {length} bytes", $"at most {MaximumLength} are read; the file is damaged or is no safetensors file");
        }

        return (int)length;
    }

    /// <summary>Reads the header's JSON and checks it.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="json">The header.</param>
    /// <param name="dataLength">Bytes after the header.</param>
    /// <exception cref="InputException">Anything about the header is not as it should be.</exception>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader(path);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            header.ReadAll(ref reader);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            string place = fault is JsonException { BytePositionInLine: { } position } ? $" near byte {position} of its line" : "";
            throw new InputException($"{path}: the header is not valid JSON{place}; the file is damaged or is no safetensors file, download or copy it again", fault);
        }

        header.CheckLayout(dataLength);
        return header;
    }

    /// <summary>A tensor's name as a message shows it.</summary>
    public static string TensorName(string name) => $"tensor {Quote(name)}";

    /// <summary>A text from a file as a message shows it: in quotes, on one line, not longer than a line.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (char c in text.Length > 100 ? text.AsSpan(0, 100) : text)
        {
            quoted.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? $"\\u{(int)c:x4}" : c.ToString());
        }

        return quoted.Append(text.Length > 100 ? "...'" : "'").ToString();
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Fault("the header is not a JSON object", "the file is damaged or is no safetensors file");
        }

        bool hasMetadata = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == MetadataKey)
            {
                if (hasMetadata)
                {
                    throw Fault($"{MetadataKey} occurs twice", "write the file again");
                }

                hasMetadata = true;
                ReadMetadata(ref reader);
            }
            else if (!_entries.TryAdd(name, ReadEntry(ref reader, name)))
            {
                throw Fault("the name occurs twice", "each tensor has its own name; write the file again", name);
            }
        }

        // Reading on finds anything after the object: the reader throws unless it is white space, which pads the header.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, $"{MetadataKey} is not an object", "it holds names and texts");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.String, $"{MetadataKey} holds a {reader.TokenType}", "it holds names and texts only");
            _metadata[key] = reader.GetString()!;
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, $"described by a {reader.TokenType}", "an object with dtype, shape and data_offsets is expected", name);
        SafetensorsType? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype":
                    Expect(type is null, "dtype occurs twice", "write the file again", name);
                    type = ReadType(ref reader, name);
                    break;
                case "shape":
                    Expect(shape is null, "shape occurs twice", "write the file again", name);
                    shape = ReadNumbers(ref reader, name, key);
                    break;
                case "data_offsets":
                    Expect(offsets is null, "data_offsets occurs twice", "write the file again", name);
                    offsets = ReadNumbers(ref reader, name, key);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Expect(type is not null && shape is not null && offsets is not null, "dtype, shape or data_offsets is missing", "each tensor has all three; write the file again", name);
        Expect(offsets!.Length == 2, $"data_offsets has {offsets.Length} numbers", "two are expected, start and end", name);
        return new SafetensorsEntry(name, type!.Value, shape!, offsets[0], offsets[1]);
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        string found = reader.TokenType == JsonTokenType.String ? reader.GetString()! : reader.TokenType.ToString();
        return SafetensorsTypes.TryParse(found, out SafetensorsType type)
            ? type
            : throw Fault($"dtype {Quote(found)} is not supported", $"supported are {SafetensorsTypes.Names}; convert the checkpoint to one of them", name);
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, $"{key} is a {reader.TokenType}", "a list of whole numbers is expected", name);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            long number = 0;
            Expect(
                reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out number) && number >= 0, $"{key} holds something else than a whole number from 0", "write the file again", name);
            Expect(numbers.Count < MaximumRank, $"{key} has more than {MaximumRank} numbers", "no tensor has so many dimensions", name);
            numbers.Add(number);
        }

        return numbers.ToArray();
    }

    /// <summary>Every tensor as long as its shape says, inside the data, each beginning where the one before it ends, the last ending where the file ends.</summary>
    private void CheckLayout(long dataLength)
    {
        long position = 0;
        string before = "the header";
        foreach (SafetensorsEntry entry in _entries.Values.OrderBy(e => e.Start).ThenBy(e => e.End))
        {
            string place = $"data_offsets [{entry.Start}, {entry.End}]";
            Expect(
                entry.Start <= entry.End && entry.End <= dataLength, $"{place} lie outside the {dataLength} bytes of data", "the file is cut short or damaged; download or copy it again", entry.Name);
            UInt128 size = SizeOf(entry);
            Expect(
                size == (UInt128)(entry.End - entry.Start), $"{place} hold {entry.End - entry.Start} bytes", $"shape {entry.ShapeText} of {entry.Type.HeaderName()} takes {size}; write the file again", entry.Name);
            Expect(
                entry.Start >= position, $"{place} overlap {before}, which ends at {position}", "tensors may not share bytes; write the file again", entry.Name);
            Expect(
                entry.Start == position, $"{place} leave {entry.Start - position} unused bytes after {before}", "tensors follow one another without gaps; write the file again", entry.Name);
            position = entry.End;
            before = TensorName(entry.Name);
        }

        Expect(position == dataLength, $"the tensors end at byte {position} of the data, the file at {dataLength}", "the file is damaged; download or copy it again");
    }

    /// <summary>Bytes of a shape; a product that would not fit stays above any file's length.</summary>
    private static UInt128 SizeOf(SafetensorsEntry entry)
    {
        UInt128 size = (UInt128)entry.Type.Size();
        foreach (long dimension in entry.Shape)
        {
            size = dimension != 0 && size > UInt128.MaxValue / (UInt128)dimension ? UInt128.MaxValue : size * (UInt128)dimension;
        }

        return size;
    }

    private void Expect(bool holds, string found, string remedy, string? name = null)
    {
        if (!holds)
        {
            throw Fault(found, remedy, name);
        }
    }

    private InputException Fault(string found, string remedy, string? name = null) => InputException.At(_path, found, remedy, field: name is null ? null : TensorName(name));
}
