using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Tailor.Data;

/// <summary>The identity of a data set, by which a resumed run knows that it goes on with the same data.</summary>
internal static class DatasetFingerprint
{
    /// <summary>SHA-256 in lower-case hexadecimal over the label names and the examples (text, pair, label) of each part in order. Every string goes in with its length, so no two data sets write the same bytes.</summary>
    public static string Of(LabelSet labels, params ReadOnlySpan<IReadOnlyList<TextExample>> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Count(hash, labels.Count);
        foreach (string name in labels.Names)
        {
            Add(hash, name);
        }

        foreach (IReadOnlyList<TextExample> part in parts)
        {
            Count(hash, part.Count);
            foreach (TextExample example in part)
            {
                Add(hash, example.Text);
                Add(hash, example.Pair);
                Add(hash, example.Label);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, string? text)
    {
        if (text is null)
        {
            Count(hash, -1);
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Count(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Count(IncrementalHash hash, int count)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        hash.AppendData(bytes);
    }
}
