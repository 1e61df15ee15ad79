namespace Tailor.Evaluation;

/// <summary>The dev split scored once during training.</summary>
/// <param name="Stage">The stage, from 1.</param>
/// <param name="Step">Optimizer steps of the stage done.</param>
/// <param name="Best">Whether it was the best of the stage so far.</param>
/// <param name="Values">The metrics that were defined, by their names in <see cref="Metric"/>.</param>
public sealed record LearningPoint(int Stage, long Step, bool Best, IReadOnlyDictionary<string, double> Values);
