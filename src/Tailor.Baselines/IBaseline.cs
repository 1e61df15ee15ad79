namespace Tailor.Baselines;

/// <summary>A method that a user would try before a transformer is fine-tuned.</summary>
public interface IBaseline
{
    /// <summary>Its name, such as <c>tfidf-svm</c>.</summary>
    public string Name { get; }

    /// <summary>What it does, in one line.</summary>
    public string Summary { get; }

    /// <summary>The paper or program it follows.</summary>
    public string Source { get; }

    /// <summary>Whether it reads <see cref="BaselineInput.Encoder"/>, and so needs a pretrained model.</summary>
    public bool NeedsEncoder { get; }

    /// <summary>Trains on the training examples and classifies dev and test.</summary>
    /// <param name="input">The data, and the features that methods share.</param>
    /// <param name="ct">Stops the work where the method can be stopped.</param>
    /// <exception cref="Foundation.InputException">The data or the encoder do not allow it.</exception>
    public BaselineResult Fit(BaselineInput input, CancellationToken ct = default);
}
