namespace Tailor.Tuning;

/// <summary>Makes the loss a recipe asks for. To add a loss: its own file, a value of <see cref="LossKind"/>, and a line here.</summary>
public static class LossFactory
{
    /// <summary>Makes the loss.</summary>
    /// <param name="recipe">What the recipe says.</param>
    /// <param name="trainCounts">Training examples per class.</param>
    /// <param name="weighted">Whether the recipe's class weights are in force; false while they are deferred.</param>
    public static ClassificationLoss Create(LossRecipe recipe, IReadOnlyList<int> trainCounts, bool weighted = true)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        float[]? weights = (weighted ? recipe.ClassWeights : ClassWeights.None) switch
        {
            ClassWeights.Balanced => ClassWeighting.Balanced(trainCounts, recipe.WeightPower),
            ClassWeights.EffectiveNumber => ClassWeighting.EffectiveNumber(trainCounts, recipe.Beta, recipe.WeightPower),
            ClassWeights.InverseFrequency => ClassWeighting.InverseFrequency(trainCounts, recipe.WeightPower),
            _ => null,
        };
        return recipe.Kind switch
        {
            LossKind.CrossEntropy => new CrossEntropyLoss(weights, recipe.Normalize, recipe.LabelSmoothing),
            LossKind.Focal => new FocalLoss(recipe.Gamma, weights, recipe.Normalize),
            LossKind.FocalGlee => new GleeFocalLoss(recipe.Gamma, weights, recipe.Normalize),
            LossKind.LogitAdjusted => new LogitAdjustedLoss(trainCounts, recipe.Tau, weights, recipe.Normalize),
            LossKind.BalancedSoftmax => new LogitAdjustedLoss(trainCounts, tau: 1, weights, recipe.Normalize),
            LossKind.VectorScaling => new VectorScalingLoss(trainCounts, recipe.Gamma, recipe.Tau, weights, recipe.Normalize),
            LossKind.Ldam => new LdamLoss(trainCounts, recipe.MaxMargin, recipe.Scale, weights, recipe.Normalize),
            LossKind.Gcl => new GclLoss(trainCounts, recipe.Scale, recipe.Margin, recipe.Noise, weights, recipe.Normalize),
            LossKind.AsymmetricGcl => new AsymmetricGclLoss(trainCounts, recipe, weights, recipe.Normalize),
            LossKind.Seesaw => new SeesawLoss(trainCounts, recipe.P, recipe.Q, weights, recipe.Normalize),
            _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Kind, "Not a loss."),
        };
    }
}
