namespace Tailor.Baselines;

/// <summary>What the terms of a text are.</summary>
public enum TermUnit
{
    /// <summary>Runs of two or more letters, digits and underscores (scikit-learn's <c>(?u)\b\w\w+\b</c>), alone and as pairs of neighbours.</summary>
    Words,

    /// <summary>One, two and three neighbouring characters (code points), white space among them.</summary>
    Characters,
}

/// <summary>The settings of <see cref="TfidfVectorizer"/>; all else is scikit-learn's default: lower case, smooth idf, rows of length 1, no term left out.</summary>
/// <param name="Unit">What the terms are.</param>
/// <param name="Sublinear">Whether a term that stands n times in a text counts 1 + ln n instead of n.</param>
public sealed record TfidfOptions(TermUnit Unit = TermUnit.Words, bool Sublinear = false);
