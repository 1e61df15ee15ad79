using System.Buffers.Binary;

namespace Tailor.Imaging;

/// <summary>Whether a PNG file is whole: a decoder stops at the last pixel, and does not miss what was cut behind it.</summary>
internal static class PngEnd
{
    private const int Signature = 8, Around = 12;

    /// <summary>Whether the chunks, followed by their lengths, come to the closing one.</summary>
    /// <param name="file">A file that starts with PNG's signature.</param>
    public static bool IsThere(ReadOnlySpan<byte> file)
    {
        long at = Signature;
        while (at + Around <= file.Length)
        {
            ReadOnlySpan<byte> chunk = file[(int)at..];
            if (chunk[4..8].SequenceEqual("IEND"u8))
            {
                return true;
            }

            at += Around + (long)BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return false;
    }
}
