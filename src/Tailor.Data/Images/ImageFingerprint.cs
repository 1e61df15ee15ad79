using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>The identity of a data set of pictures, by which a resumed run knows that it goes on with the same data.</summary>
internal static class ImageFingerprint
{
    /// <summary>SHA-256 in lower-case hexadecimal over the label names and, of each part, the number of pictures and each one's label and content hash. Contents are hashed on several threads.</summary>
    public static string Of(LabelSet labels, params ReadOnlySpan<IReadOnlyList<ImageExample>> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Count(hash, labels.Count);
        foreach (string name in labels.Names)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(name);
            Count(hash, bytes.Length);
            hash.AppendData(bytes);
        }

        foreach (IReadOnlyList<ImageExample> part in parts)
        {
            Count(hash, part.Count);
            byte[][] contents = Contents(part);
            for (int i = 0; i < contents.Length; i++)
            {
                Count(hash, labels.IndexOf(part[i].Label));
                hash.AppendData(contents[i]);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[][] Contents(IReadOnlyList<ImageExample> part)
    {
        var contents = new byte[part.Count][];
        var faults = new InputException?[part.Count];
        Parallel.For(0, contents.Length, i =>
        {
            try
            {
                contents[i] = part[i].Source.ContentHash();
            }
            catch (InputException fault)
            {
                faults[i] = fault;
            }
        });
        return Array.Find(faults, f => f is not null) is { } first ? throw first : contents;
    }

    private static void Count(IncrementalHash hash, int count)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        hash.AppendData(bytes);
    }
}
