using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>Pictures in one folder a class, with any folders below it.</summary>
internal static class ClassFolders
{
    private const int Deepest = 16;
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif"];
    private static readonly string[] Litter = ["thumbs.db", "desktop.ini"];

    /// <summary>Lists the pictures of every class, classes and files in the order of their names. A file with another extension counts when it starts as a picture does; others are noted.</summary>
    /// <param name="folder">The folder of the class folders.</param>
    /// <exception cref="InputException">There is no class folder, or no picture.</exception>
    public static ImageRows Read(string folder)
    {
        string[] classes = [.. Directory.EnumerateDirectories(folder).Where(d => Path.GetFileName(d)[0] != '.').OrderBy(d => Path.GetFileName(d), StringComparer.Ordinal)];
        if (classes.Length == 0)
        {
            bool empty = !Directory.EnumerateFileSystemEntries(folder).Any();
            throw InputException.At(folder, empty ? "the folder is empty" : "there is no class folder in it", "expected one folder of pictures a class, or train, dev and test folders of such");
        }

        var examples = new List<ImageExample>();
        var others = new List<string>();
        foreach (string name in classes)
        {
            string label = Path.GetFileName(name);
            foreach (string file in Files(name))
            {
                if (IsPicture(file))
                {
                    examples.Add(new ImageExample(new FileImageSource(file), label));
                }
                else
                {
                    others.Add(file);
                }
            }
        }

        if (examples.Count == 0)
        {
            throw InputException.At(folder, $"no picture in its {classes.Length} {(classes.Length == 1 ? "folder" : "folders")}", "expected PNG, JPEG, WebP, BMP or GIF files in one folder a class");
        }

        string passed = others.Count == 1 ? "1 file that is no picture was" : $"{others.Count:N0} files that are no pictures were";
        string[] notes = others.Count == 0 ? [] : [$"{folder}: {passed} passed over: {others[0]}{(others.Count > 1 ? ", ..." : "")}."];
        return new ImageRows(examples, [.. classes.Select(c => Path.GetFileName(c))], notes);
    }

    /// <summary>The files of a folder and of those below it, in the order of their paths; what systems leave behind is passed over.</summary>
    public static IEnumerable<string> Files(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Deepest, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        return Directory.EnumerateFiles(folder, "*", options).Where(f => !Litter.Contains(Path.GetFileName(f).ToLowerInvariant())).Order(StringComparer.Ordinal);
    }

    /// <summary>Whether a file counts as a picture: its extension says so, or it starts as one does.</summary>
    public static bool IsPicture(string file) => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()) || PictureDecoder.LooksLikePicture(file);
}
