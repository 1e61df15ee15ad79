namespace Tailor;

/// <summary>Names of pictures, short enough to stand in a table.</summary>
internal static class PictureNames
{
    /// <summary>The same names without the folder in which all of them lie.</summary>
    /// <param name="names">Paths, or what stands in their place.</param>
    public static IReadOnlyList<string> WithoutCommonFolder(IReadOnlyList<string> names)
    {
        ReadOnlySpan<char> common = names.Count == 0 ? "" : Folder(names[0]);
        foreach (string name in names)
        {
            while (!name.AsSpan().StartsWith(common, StringComparison.Ordinal))
            {
                common = Folder(common[..^1]);
            }
        }

        int length = common.Length;
        return [.. names.Select(name => name[length..])];
    }

    /// <summary>A path up to its last separator, that included.</summary>
    private static ReadOnlySpan<char> Folder(ReadOnlySpan<char> path) => path[..(path.LastIndexOfAny('/', '\\') + 1)];
}
