namespace Tailor.Imaging;

/// <summary>
/// Whether a JPEG file is whole. A decoder takes a progressive file that was cut for a finished one of less detail; only its end marker tells. The file is walked marker by marker (ITU T.81, annex B),
/// since a thumbnail within the metadata has an end marker of its own.
/// </summary>
internal static class JpegEnd
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, Temporary = 0x01, FirstRestart = 0xD0, LastRestart = 0xD7;

    /// <summary>Whether the end marker of the picture itself is there.</summary>
    /// <param name="file">A file that starts with 0xFF 0xD8.</param>
    public static bool IsThere(ReadOnlySpan<byte> file)
    {
        int at = 2;
        while (at + 1 < file.Length)
        {
            // Fill bytes (0xFF) and, as decoders forgive it, stray bytes may stand before a marker.
            int start = file[at..].IndexOf((byte)0xFF);
            if (start < 0)
            {
                return false;
            }

            at += start;
            int code = file[at..].IndexOfAnyExcept((byte)0xFF);
            if (code < 0)
            {
                return false;
            }

            byte marker = file[at + code];
            at += code + 1;
            switch (marker)
            {
                case EndOfImage:
                    return true;
                case 0 or StartOfImage or Temporary or (>= FirstRestart and <= LastRestart):
                    break;
                default:
                    if (at + 2 > file.Length)
                    {
                        return false;
                    }

                    at += Math.Max(2, (file[at] << 8) | file[at + 1]);
                    at = marker == StartOfScan ? EndOfScan(file, at) : at;
                    break;
            }
        }

        return false;
    }

    /// <summary>Where the marker after a scan's coded data stands: the first 0xFF that is followed neither by zero (a coded 0xFF) nor by a restart.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        while (at + 1 < file.Length)
        {
            int next = file[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= file.Length)
            {
                return file.Length;
            }

            at += next;
            if (file[at + 1] is not (0 or (>= FirstRestart and <= LastRestart)))
            {
                return at;
            }

            at += 2;
        }

        return file.Length;
    }
}
