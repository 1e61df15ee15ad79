using Tailor.Evaluation;

namespace Tailor;

/// <summary>What a run came to.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Stopped">True when it was stopped before its end; it can be resumed.</param>
/// <param name="Test">The scores on the test split, or on dev when there is no test split; null when stopped or when there is neither.</param>
/// <param name="ScoredSplit">"test" or "dev".</param>
/// <param name="BestScore">The best dev score, or null when nothing was scored.</param>
/// <param name="BestStep">Its step.</param>
public sealed record RunResult(string Folder, bool Stopped, EvaluationReport? Test, string ScoredSplit, double? BestScore, long BestStep)
{
    /// <summary>The scores of a recipe that predicts numbers, in the place of <see cref="Test"/>.</summary>
    public RegressionReport? Numbers { get; init; }

    /// <summary>The scores, of classes or of numbers.</summary>
    public IScoreReport? Scores => (IScoreReport?)Test ?? Numbers;
}
