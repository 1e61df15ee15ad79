using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>
/// Writes a set of pictures as a folder that <see cref="ImageDataset.Load"/> reads back: <c>label2idx.json</c>, and for each part a table of references to the pictures' files. Pictures without files of their own
/// (of IDX and CIFAR files) are written themselves, as gzipped IDX images and labels.
/// </summary>
public static class ImageDatasetWriter
{
    private static readonly string[] PartNames = ["train", "dev", "test"];

    /// <summary>Writes the folder; it is made when it is not there. Each file appears under its name only when it is complete.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="data">The pictures.</param>
    /// <exception cref="InputException">A part has pictures of both sorts, pictures without files that differ in size, or such pictures of more than 256 classes.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string folder, ImageDataset data)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(data);
        Directory.CreateDirectory(folder);
        data.Labels.Write(Path.Combine(folder, "label2idx.json"));
        foreach (SplitPart part in new[] { SplitPart.Dev, SplitPart.Test, SplitPart.Train })
        {
            WritePart(Path.Combine(folder, PartNames[(int)part]), data, part);
        }
    }

    private static void WritePart(string stem, ImageDataset data, SplitPart part)
    {
        IReadOnlyList<ImageExample> examples = data.Examples(part);
        if (examples.Count == 0)
        {
            return;
        }

        BlockImageSource[] pixels = [.. examples.Select(e => e.Source).OfType<BlockImageSource>()];
        if (pixels.Length == 0)
        {
            ImageTable.Write(stem + ".csv", examples);
            return;
        }

        if (pixels.Length < examples.Count || data.Labels.Count > byte.MaxValue + 1)
        {
            string place = $"the {PartNames[(int)part]} part";
            throw pixels.Length < examples.Count
                ? new InputException($"{place} has pictures in files of their own beside {pixels[0].Name}; give a set of one sort")
                : new InputException($"{place} has {data.Labels.Count} classes; an IDX file of labels holds at most 256");
        }

        int dimensions = pixels.All(p => p.Block.Layout == PixelLayout.Gray) ? 3 : 4;
        IdxWriter.WriteImages($"{stem}-images-idx{dimensions}-ubyte.gz", pixels);
        IdxWriter.WriteLabels($"{stem}-labels-idx1-ubyte.gz", data.LabelIds(part).Select(id => (byte)id).ToArray());
    }
}
