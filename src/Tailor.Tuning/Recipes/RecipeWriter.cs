using YamlDotNet.RepresentationModel;

namespace Tailor.Tuning;

/// <summary>Writes recipes as YAML that <see cref="RecipeReader"/> reads back to an equal recipe.</summary>
public static class RecipeWriter
{
    /// <summary>The resolved recipe: every key that means something in it, defaults included.</summary>
    /// <param name="recipe">A recipe whose values are valid.</param>
    public static string ToYaml(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using var writer = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(RecipeSchema.Recipe.Write(recipe))).Save(writer, assignAnchors: false);
        string yaml = writer.ToString();
        return yaml.EndsWith("...\n", StringComparison.Ordinal) ? yaml[..^4] : yaml;
    }
}
