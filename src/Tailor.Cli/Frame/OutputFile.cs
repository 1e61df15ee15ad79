using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>Checks where a result is to be written before the work begins.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a path that cannot become a file.</summary>
    /// <param name="path">The path.</param>
    /// <param name="option">The option it came from.</param>
    /// <exception cref="InputException">It is a folder, or its folder does not exist.</exception>
    public static string Check(string path, string option)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"{option} {path}: this is a folder; give the name of a file");
        }

        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return folder is null || Directory.Exists(folder) ? path : throw new InputException($"{option} {path}: the folder {folder} does not exist; make it first");
    }
}
