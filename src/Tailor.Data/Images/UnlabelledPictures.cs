using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>Pictures to predict: labels are not needed, and passed over where they stand.</summary>
public static class UnlabelledPictures
{
    /// <summary>Finds pictures.</summary>
    /// <param name="path">A folder, with any folders below it; a list of paths; a table with a column of paths; IDX images; a CIFAR file; or a single picture.</param>
    /// <param name="options">The column of paths, and where paths start.</param>
    /// <returns>The pictures in the order of the file, or of their paths.</returns>
    /// <exception cref="InputException">There is nothing, or no picture, or a picture that is named is missing; the message names the line.</exception>
    public static IReadOnlyList<ImageSource> Find(string path, ImageDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        if (Directory.Exists(path))
        {
            ImageSource[] found = [.. ClassFolders.Files(path).Where(ClassFolders.IsPicture).Select(file => new FileImageSource(file))];
            return found.Length > 0 ? found : throw InputException.At(path, "no picture in the folder", "expected PNG, JPEG, WebP, BMP or GIF files, or give a list, a table, IDX images or a CIFAR file itself");
        }

        if (!File.Exists(path))
        {
            throw InputException.At(path, "no such file or folder", "check the name");
        }

        string root = options.ImageRoot ?? Path.GetDirectoryName(Path.GetFullPath(path))!;
        return ImageFiles.KindOf(path) switch
        {
            ImageFileKind.Table => [.. ImageTable.Sources(path, root, options)],
            ImageFileKind.List => ImageList.Sources(path, root),
            ImageFileKind.Idx => Pictures(IdxFile.ReadImages(path)),
            ImageFileKind.Cifar => Pictures(CifarFile.Read(path, options.CoarseLabels).Pictures),
            _ => [new FileImageSource(path)],
        };
    }

    private static ImageSource[] Pictures(PixelBlock block) => [.. Enumerable.Range(0, block.Count).Select(i => block[i])];
}
