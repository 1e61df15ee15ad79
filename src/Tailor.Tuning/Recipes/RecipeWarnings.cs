using System.Globalization;

namespace Tailor.Tuning;

/// <summary>What a valid recipe is better told of before it trains.</summary>
public static class RecipeWarnings
{
    /// <summary>The warnings of a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <returns>A sentence each: corrections of the classes' sizes made twice (<see cref="DoubleCorrections"/>), norms of rows that have length 1, and probabilities made of bare cosines.</returns>
    public static IReadOnlyList<string> Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [.. DoubleCorrections.Of(recipe), .. recipe.Head.Kind == HeadKind.Cosine ? Cosine(recipe) : []];
    }

    private static IEnumerable<string> Cosine(Recipe recipe)
    {
        foreach (CalibrationRecipe calibration in recipe.Calibrations.Where(c => c.Kind is CalibrationKind.EtaNorm or CalibrationKind.TauNorm))
        {
            yield return $"warning: calibration {RecipeName.Of(calibration.Kind)} divides by the length of the classes' rows, which is 1 in head kind cosine: it changes nothing";
        }

        if (recipe.Head.Scale == 1 && recipe.Calibrations.All(c => c.Kind is not (CalibrationKind.Temperature or CalibrationKind.Ncm)))
        {
            double scale = recipe.Stages[^1].Loss.Kind is LossKind.Gcl or LossKind.AsymmetricGcl ? recipe.Stages[^1].Loss.Scale : 20;
            yield return string.Create(CultureInfo.InvariantCulture, $"warning: head scale 1 gives probabilities of bare cosines, which are nearly even; predicted classes are right, and calibration {{ kind: temperature, temperature: {1 / scale:G4} }} makes probabilities of cosines times {scale}");
        }
    }
}
