using System.Reflection;
using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>The recipes that come with the library: the files of <c>recipes/</c>, embedded.</summary>
public static class RecipeCatalogue
{
    private const string Folder = "recipes/";
    private const string Extension = ".yaml";
    private static readonly Assembly Home = typeof(RecipeCatalogue).Assembly;

    /// <summary>The recipes' names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = Home.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
        .Select(name => name[Folder.Length..^Extension.Length])
        .Order(StringComparer.Ordinal)
        .ToArray();

    /// <summary>Loads a recipe of the catalogue, or from a file of the user's own.</summary>
    /// <param name="nameOrPath">A name of <see cref="Names"/>, which goes first, or a path.</param>
    /// <param name="overrides">Dotted paths with values, as in <see cref="RecipeReader.Read"/>.</param>
    /// <exception cref="InputException">There is no such recipe, or it or an override is wrong.</exception>
    public static Recipe Load(string nameOrPath, IReadOnlyList<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        bool isPath = !Names.Contains(nameOrPath)
            && (File.Exists(nameOrPath) || nameOrPath.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar) || Path.GetExtension(nameOrPath) is ".yaml" or ".yml");
        return isPath ? RecipeReader.Read(nameOrPath, overrides) : RecipeReader.Parse(Source(nameOrPath), Folder + nameOrPath + Extension, overrides);
    }

    /// <summary>The text of a recipe of the catalogue, comments included.</summary>
    /// <param name="name">A name of <see cref="Names"/>.</param>
    /// <exception cref="InputException">There is no recipe of that name.</exception>
    public static string Source(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Names.Contains(name))
        {
            throw new InputException($"recipe '{RecipeDocument.OneLine(name)}' is not known{NearestName.Hint(name, Names)}; tailor recipes lists all {Names.Count}, or give the path of a file of your own");
        }

        using var reader = new StreamReader(Home.GetManifestResourceStream(Folder + name + Extension)!);
        return reader.ReadToEnd();
    }
}
