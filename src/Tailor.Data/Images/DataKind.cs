using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Tells sets of pictures from sets of texts by what stands at a path.</summary>
public static class DataKind
{
    /// <summary>Whether a path holds or names pictures: a folder of folders or of picture files; a train part that is a list, an IDX or CIFAR file, or a table with a column of paths; or one such file.</summary>
    /// <param name="path">A folder or a file; what is missing holds none.</param>
    /// <param name="options">The column of paths, and where paths start.</param>
    /// <exception cref="InputException">A table cannot be read.</exception>
    public static bool HoldsPictures(string path, ImageDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(path))
        {
            return File.Exists(path) && IsOfPictures(path, options);
        }

        string[] files = [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        return Array.Find(files, ImageFiles.IsTrain) is { } train
            ? IsOfPictures(train, options)
            : Directory.EnumerateDirectories(path).Any() || Array.Exists(files, ClassFolders.IsPicture);
    }

    private static bool IsOfPictures(string file, ImageDatasetOptions options) => ImageFiles.KindOf(file) switch
    {
        ImageFileKind.Table => ImageTable.NamesPictures(file, options),
        ImageFileKind.List => ImageList.NamesPictures(file, options.ImageRoot ?? Path.GetDirectoryName(Path.GetFullPath(file))!),
        ImageFileKind.Idx or ImageFileKind.Cifar => true,
        _ => false,
    };
}
