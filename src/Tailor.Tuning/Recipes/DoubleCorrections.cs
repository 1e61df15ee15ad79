namespace Tailor.Tuning;

/// <summary>
/// Where a recipe makes up for the classes' sizes more than once. Each such means takes the training shares for the shares that the loss sees; with two of them the rare classes are favoured beyond balance and the common ones
/// collapse (Menon et al., ICLR 2021, section 4; Ren et al., NeurIPS 2020, section 3.2). Published pairs are left in peace: LDAM's margins with deferred weights (Cao et al., NeurIPS 2019) and the two halves of dual sampling.
/// </summary>
public static class DoubleCorrections
{
    /// <summary>The warnings of a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <returns>A sentence each; none for a recipe that corrects once or not at all.</returns>
    public static IReadOnlyList<string> Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var warnings = new List<string>();
        for (int i = 0; i < recipe.Stages.Count; i++)
        {
            string[] means = [.. InTraining(recipe.Stages[i])];
            if (means.Length > 1)
            {
                warnings.Add(Warning(recipe.Stages.Count == 1 ? "training" : $"stage {i + 1}", means));
            }
        }

        // A classifier that is begun anew owes nothing to the loss of the stages, and learnt scales take up what the stages left to do.
        bool anew = recipe.Calibrations.Any(c => c.Kind is CalibrationKind.Crt or CalibrationKind.Lws or CalibrationKind.Ncm);
        string[] after = [.. recipe.Calibrations.Where(Corrects).Select(c => $"calibration {RecipeName.Of(c.Kind)}")];
        string[] all = [.. anew ? [] : InTraining(recipe.Stages[^1]), .. after];
        if (after.Length > 0 && all.Length > 1)
        {
            warnings.Add(Warning("the recipe", all));
        }

        return warnings;
    }

    private static IEnumerable<string> InTraining(StageRecipe stage)
    {
        if (stage.Data == StageData.Augmented)
        {
            yield return "data augmented";
        }

        if (stage.Sampler is not (SamplerKind.Random or SamplerKind.Sequential))
        {
            yield return $"sampler {RecipeName.Of(stage.Sampler)}";
        }

        if (stage.Loss.ClassWeights != ClassWeights.None)
        {
            yield return $"class_weights {RecipeName.Of(stage.Loss.ClassWeights)}";
        }

        if (stage.Loss.Kind is LossKind.BalancedSoftmax or LossKind.Seesaw || (stage.Loss.Kind is LossKind.LogitAdjusted or LossKind.VectorScaling && stage.Loss.Tau > 0))
        {
            yield return $"loss {RecipeName.Of(stage.Loss.Kind)}";
        }
    }

    private static bool Corrects(CalibrationRecipe calibration) => calibration.Kind switch
    {
        CalibrationKind.None or CalibrationKind.Temperature => false,
        CalibrationKind.TauNorm or CalibrationKind.LogitAdjustment => calibration.Tau is not 0,
        CalibrationKind.EtaNorm => calibration.Eta != 0,
        _ => true,
    };

    private static string Warning(string where, string[] means) =>
        $"warning: {where} makes up for the classes' sizes {(means.Length == 2 ? "twice" : $"{means.Length} times")} ({string.Join(", ", means)}); the common classes may collapse, so keep one of them";
}
