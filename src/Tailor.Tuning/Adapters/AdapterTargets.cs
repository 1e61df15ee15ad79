using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>Finds the layers and modules that a recipe's adapter names.</summary>
internal static class AdapterTargets
{
    /// <summary>The chosen layers' sites; all of them when the recipe names none.</summary>
    public static IReadOnlyList<LayerSites> Layers(AdapterRecipe recipe, EncoderSites sites)
    {
        if (recipe.Layers.FirstOrDefault(layer => layer >= sites.Layers.Count, -1) is >= 0 and var missing)
        {
            throw new InputException($"adapter.layers names layer {missing}, and the encoder has the layers 0 to {sites.Layers.Count - 1}; name those, or leave layers out for all");
        }

        return recipe.Layers.Count == 0 ? sites.Layers : [.. recipe.Layers.Select(layer => sites.Layers[layer])];
    }

    /// <summary>The chosen layers' sites, which must take prompts of their own.</summary>
    public static IReadOnlyList<LayerSites> PromptLayers(AdapterRecipe recipe, EncoderSites sites)
    {
        ArgumentNullException.ThrowIfNull(sites);
        IReadOnlyList<LayerSites> layers = Layers(recipe, sites);
        return layers.All(layer => layer.TakesPrompts)
            ? layers
            : throw new InputException($"adapter {RecipeName.Of(recipe.Kind)} sets rows into single blocks, which encoders of images take and this one does not; for texts take prefix or soft_prompt");
    }

    /// <summary>The chosen parts of the chosen layers' linear modules. A target names the end of a module's path, as in PEFT: <c>query</c>, <c>output.dense</c>.</summary>
    public static IReadOnlyList<(Linear Linear, IReadOnlyList<AdaptedPart> Parts)> Modules(AdapterRecipe recipe, EncoderSites sites)
    {
        var found = new List<(Linear, IReadOnlyList<AdaptedPart>)>();
        var hit = new HashSet<string>(StringComparer.Ordinal);
        foreach (Linear linear in Layers(recipe, sites).SelectMany(layer => layer.Linears))
        {
            AdaptedPart[] parts = linear.Weight.Parts.Select(AdaptedPart.Of).Where(part => recipe.Targets.Where(target => Names(part.Path, target)).Select(hit.Add).ToArray().Length > 0).ToArray();
            if (parts.Length > 0)
            {
                found.Add((linear, parts));
            }
        }

        if (recipe.Targets.FirstOrDefault(target => !hit.Contains(target)) is { } unknown)
        {
            string[] known = [.. sites.Layers[0].Linears.SelectMany(linear => linear.Weight.Parts).Select(part => AdaptedPart.Of(part).Path[sites.Layers[0].Path.Length..])];
            throw new InputException($"adapter.targets names '{unknown}', which is no module of this encoder{NearestName.Hint(unknown, known)}; its layers have {string.Join(", ", known)}");
        }

        return found;
    }

    /// <summary>Whether a target names a module, by the checkpoint's name or by that which PEFT sees in memory.</summary>
    public static bool Names(string path, string target) => EndsWith(path, target) || (NameMap.ImageNameInMemory(path) is { } inMemory && EndsWith(inMemory, target));

    private static bool EndsWith(string path, string target) => path.EndsWith(target, StringComparison.Ordinal) && (path.Length == target.Length || path[^(target.Length + 1)] == '.');
}

/// <summary>A part of a stacked linear layer, such as the query's.</summary>
/// <param name="Path">The path of its module, such as <c>bert.encoder.layer.0.attention.self.query</c>.</param>
/// <param name="FirstRow">Its first output.</param>
/// <param name="Rows">Its outputs.</param>
internal sealed record AdaptedPart(string Path, long FirstRow, long Rows)
{
    public static AdaptedPart Of(ParameterPart part) => new(part.Name[..^".weight".Length], part.FirstRow, part.Rows);

    /// <summary>Whether it lies among the outputs <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    public bool Within(long first, long count) => FirstRow >= first && FirstRow + Rows <= first + count;
}
