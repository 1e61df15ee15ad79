namespace Tailor.Tuning;

/// <summary>Scores texts with a tuned model, whatever computes it.</summary>
public interface ITextScorer : IDisposable
{
    /// <summary>Class probabilities of texts, in their order.</summary>
    /// <param name="texts">Texts, each with its pair or null.</param>
    /// <returns>[texts, classes], row-major.</returns>
    public float[] Probabilities(IReadOnlyList<(string Text, string? Pair)> texts);

    /// <summary>The numbers that a model of one output predicts, in the texts' order.</summary>
    /// <param name="texts">Texts, each with its pair or null.</param>
    /// <returns>[texts].</returns>
    public float[] Values(IReadOnlyList<(string Text, string? Pair)> texts);
}
