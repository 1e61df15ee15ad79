namespace Tailor.Evaluation;

/// <summary>How one class was found. A ratio without a denominator is 0, scikit-learn's <c>zero_division=0</c>.</summary>
/// <param name="Precision">Right predictions of the class over all predictions of it, in [0, 1].</param>
/// <param name="Recall">Right predictions of the class over its gold examples, in [0, 1].</param>
/// <param name="F1">2 x right over predictions plus gold examples, in [0, 1].</param>
/// <param name="Support">Gold examples of the class.</param>
/// <param name="Predicted">Predictions of the class, right or wrong.</param>
public sealed record ClassScore(double Precision, double Recall, double F1, int Support, int Predicted);
