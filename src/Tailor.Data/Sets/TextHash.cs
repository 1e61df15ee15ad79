using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Tailor.Data;

/// <summary>A 128-bit stand-in for a text or a pair of texts, so that duplicates are found without keeping the texts (XXH3, https://github.com/Cyan4973/xxHash): no two texts of one set will meet by chance.</summary>
internal static class TextHash
{
    /// <summary>The hash of an example's text and pair; the label plays no part.</summary>
    public static UInt128 Of(TextExample example)
    {
        UInt128 text = Of(example.Text);
        return string.IsNullOrEmpty(example.Pair) ? text : XxHash128.HashToUInt128(MemoryMarshal.AsBytes<UInt128>([text, Of(example.Pair)]), seed: 1);
    }

    private static UInt128 Of(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));
}
