namespace Tailor.Evaluation;

/// <summary>Scores on labelled data, of classes or of numbers.</summary>
public interface IScoreReport
{
    /// <summary>The scores for reading.</summary>
    public string ToText();

    /// <summary>The scores for programs: one JSON object; what is undefined is null.</summary>
    public string ToJson();
}
