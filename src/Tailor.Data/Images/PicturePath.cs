using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>Paths that a table or a list names.</summary>
internal static class PicturePath
{
    /// <summary>A reference to the picture that a line names.</summary>
    /// <exception cref="InputException">There is no such file.</exception>
    public static ImageSource Source(string table, string root, string name, long line)
    {
        string file = Path.Combine(root, name);
        return File.Exists(file)
            ? new FileImageSource(file)
            : throw InputException.At(table, $"there is no picture '{name}'", $"looked in '{root}': correct the line, or say where its paths start with --image-root", line);
    }
}
