namespace Tailor.Evaluation;

/// <summary>What a model said of one labelled example.</summary>
/// <param name="Text">The text, or its beginning.</param>
/// <param name="Gold">The right class.</param>
/// <param name="Predicted">The predicted class.</param>
/// <param name="Probability">The predicted class's probability, in [0, 1], or null when the model gives none.</param>
/// <param name="GoldProbability">The right class's probability, in [0, 1], or null when the model gives none.</param>
public sealed record ScoredExample(string Text, int Gold, int Predicted, double? Probability, double? GoldProbability);
