using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>The binary files of CIFAR (Krizhevsky, 2009): records of one label byte (CIFAR-10) or a coarse and a fine one (CIFAR-100), and 32 x 32 reds, greens and blues.</summary>
public static class CifarFile
{
    private const int Side = 32, Pixels = Side * Side * Picture.Channels, Record10 = 1 + Pixels, Record100 = 2 + Pixels, Classes10 = 10, Coarse100 = 20, Fine100 = 100;
    private const long MaxLength = 1 << 30;

    /// <summary>Reads a file; which of the two sets it belongs to is told from its length and its labels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="coarseLabels">Whether to take CIFAR-100's 20 coarse classes, not its 100 fine ones.</param>
    /// <returns>The pictures, a class number for each, and the number of classes.</returns>
    /// <exception cref="InputException">It is missing, empty or no whole number of records, or a label is out of range.</exception>
    public static (PixelBlock Pictures, byte[] Labels, int Classes) Read(string path, bool coarseLabels = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = BoundedFile.Read(path, MaxLength, "a CIFAR file");
        bool ten = bytes.Length > 0 && bytes.Length % Record10 == 0, hundred = bytes.Length > 0 && bytes.Length % Record100 == 0;
        if (!ten && !hundred)
        {
            string expected = $"a CIFAR file has a multiple of {Record10:N0} (CIFAR-10) or {Record100:N0} (CIFAR-100)";
            throw InputException.At(path, $"{bytes.Length:N0} bytes", $"{expected}: it was cut, or is no binary version; download it again");
        }

        // A length that fits both is told by the labels.
        if (ten && (!hundred || Stray(bytes, Record10, 0, Classes10) < 0))
        {
            return Records(path, bytes, Record10, 0, Classes10);
        }

        return Records(path, bytes, Record100, coarseLabels ? 0 : 1, coarseLabels ? Coarse100 : Fine100);
    }

    private static (PixelBlock Pictures, byte[] Labels, int Classes) Records(string path, byte[] bytes, int record, int labelAt, int classes)
    {
        if (Stray(bytes, record, labelAt, classes) is var stray and >= 0)
        {
            throw InputException.At(path, $"record {stray}: the label {bytes[(stray * record) + labelAt]}", $"expected 0 to {classes - 1}: the file is damaged or no CIFAR file");
        }

        int count = bytes.Length / record;
        byte[] labels = [.. Enumerable.Range(0, count).Select(i => bytes[(i * record) + labelAt])];
        return (new PixelBlock(path, bytes, record - Pixels, record, count, Side, Side, PixelLayout.Planar), labels, classes);
    }

    /// <summary>The first record whose label is out of range, or -1.</summary>
    private static int Stray(byte[] bytes, int record, int labelAt, int classes)
    {
        for (int i = 0; i < bytes.Length / record; i++)
        {
            if (bytes[(i * record) + labelAt] >= classes)
            {
                return i;
            }
        }

        return -1;
    }
}
