namespace Tailor.Tuning;

/// <summary>The training loss, the gradient or a parameter became NaN or infinite. Checkpoints hold finite numbers only, so the last one is good.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="what">"loss", "gradient norm" or which parameter.</param>
    /// <param name="value">The value.</param>
    /// <param name="step">The step within the stage, from 1.</param>
    /// <param name="learningRate">The learning rate of that step.</param>
    /// <param name="checkpoint">Whether there is a checkpoint.</param>
    public TrainingDivergedException(string what, double value, long step, double learningRate, bool checkpoint)
        : base($"the {what} became {value} at step {step} with learning rate {learningRate:G4}; {(checkpoint ? "the last good checkpoint is kept" : "there was no checkpoint yet")}; "
            + "start again with a smaller lr or a longer warmup")
    {
    }

    /// <summary>Makes the exception from a message.</summary>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception from a message and its cause.</summary>
    public TrainingDivergedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Makes an exception without a message; present for the convention of exception types.</summary>
    public TrainingDivergedException()
    {
    }
}
