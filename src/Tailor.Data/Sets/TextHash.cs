using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tailor.Data;

/// <summary>A 128-bit stand-in for a text or a pair of texts, so that duplicates are found without keeping the texts (SHA-256, shortened: no two texts of one set will ever meet).</summary>
internal static class TextHash
{
    /// <summary>The hash of an example's text and pair; the label plays no part.</summary>
    public static UInt128 Of(TextExample example)
    {
        ReadOnlySpan<byte> text = MemoryMarshal.AsBytes(example.Text.AsSpan());
        ReadOnlySpan<byte> pair = MemoryMarshal.AsBytes(example.Pair.AsSpan());
        int length = sizeof(int) + text.Length + pair.Length;
        byte[]? rented = length > 1024 ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> content = rented is null ? stackalloc byte[1024] : rented;
        MemoryMarshal.Write(content, text.Length);
        text.CopyTo(content[sizeof(int)..]);
        pair.CopyTo(content[(sizeof(int) + text.Length)..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content[..length], digest);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return MemoryMarshal.Read<UInt128>(digest);
    }
}
