using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Tells sets of pictures from sets of texts by what stands at a path.</summary>
public static class DataContent
{
    /// <summary>
    /// What a path holds. Pictures: a picture file; a folder of class folders or of picture files; a file, or a folder whose train part is a file, that is IDX, CIFAR, a list of paths, or a table with a column of paths.
    /// Texts: a table, or a folder whose train part is one, with a column of texts.
    /// </summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="pictures">The column of paths, where it is named, and where paths start.</param>
    /// <param name="texts">The column of texts, where it is named.</param>
    public static DataKind KindOf(string path, ImageDatasetOptions pictures, TableOptions texts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(texts);
        try
        {
            if (!Directory.Exists(path))
            {
                return File.Exists(path) ? KindOfFile(path, pictures, texts) : DataKind.Unknown;
            }

            string[] files = [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
            return Array.Find(files, ImageFiles.IsTrain) is { } train ? KindOfFile(train, pictures, texts)
                : Directory.EnumerateDirectories(path).Any() || Array.Exists(files, ClassFolders.IsPicture) ? DataKind.Pictures
                : DataKind.Unknown;
        }
        catch (Exception fault) when (fault is InputException or IOException or UnauthorizedAccessException)
        {
            // What reads it will say what is wrong.
            return DataKind.Unknown;
        }
    }

    private static DataKind KindOfFile(string file, ImageDatasetOptions pictures, TableOptions texts) => ImageFiles.KindOf(file) switch
    {
        ImageFileKind.Table => KindOfTable(TextTable.Columns(file), pictures, texts),
        ImageFileKind.List => ImageList.NamesPictures(file, pictures.ImageRoot ?? Path.GetDirectoryName(Path.GetFullPath(file))!) ? DataKind.Pictures : DataKind.Unknown,
        ImageFileKind.Idx or ImageFileKind.Cifar => DataKind.Pictures,
        _ => ClassFolders.IsPicture(file) ? DataKind.Pictures : DataKind.Unknown,
    };

    private static DataKind KindOfTable(IReadOnlyList<string> columns, ImageDatasetOptions pictures, TableOptions texts)
    {
        bool paths = pictures.PathColumn is not null || (texts.TextColumn is null && ImageTable.HasPaths(columns));
        bool words = texts.TextColumn is not null || (pictures.PathColumn is null && ColumnChoice.HasText(columns));
        return (paths, words) switch
        {
            (true, false) => DataKind.Pictures,
            (false, true) => DataKind.Texts,
            _ => DataKind.Unknown,
        };
    }
}
