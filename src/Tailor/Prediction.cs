namespace Tailor;

/// <summary>A classifier's answer for one text or picture.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probability">Its probability, in [0, 1].</param>
/// <param name="Top">The most probable classes, best first.</param>
public sealed record Prediction(string Label, double Probability, IReadOnlyList<LabelProbability> Top);

/// <summary>A class and its probability.</summary>
/// <param name="Label">The class name.</param>
/// <param name="Probability">In [0, 1].</param>
public sealed record LabelProbability(string Label, double Probability);
