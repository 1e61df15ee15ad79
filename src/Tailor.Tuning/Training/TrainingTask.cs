using Tailor.Engine;

namespace Tailor.Tuning;

/// <summary>
/// What is being trained: it owns parameters and examples, and knows its loss and its score. The loop, the optimizer, checkpoints and resuming are the same for all tasks.
/// </summary>
public abstract class TrainingTask
{
    /// <summary>Every parameter, in an order that does not change between runs.</summary>
    public abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Tokens of each training example of the stage that was begun last; their number is the number of examples.</summary>
    public abstract IReadOnlyList<int> Lengths { get; }

    /// <summary>The class of each of these examples, or null where examples have none.</summary>
    public virtual IReadOnlyList<int>? ClassIds => null;

    /// <summary>The parameter groups that train in a stage; every other parameter is frozen.</summary>
    /// <param name="stage">The stage.</param>
    public abstract IReadOnlyList<ParameterGroup> Groups(StageRecipe stage);

    /// <summary>Called when a stage begins, after its groups are set.</summary>
    /// <param name="stage">The stage.</param>
    public abstract void Begin(StageRecipe stage);

    /// <summary>The loss of a batch, with gradient.</summary>
    /// <param name="batch">The training examples.</param>
    /// <param name="seed">The run's seed, for whatever the task draws.</param>
    /// <param name="pass">The forward pass within the run; with the seed it names every random draw.</param>
    public abstract LossParts Loss(TrainingBatch batch, long seed, long pass);

    /// <summary>Scores the dev split.</summary>
    /// <returns>Values by metric name; empty when there is no dev split.</returns>
    public abstract IReadOnlyDictionary<string, double> Evaluate();

    /// <summary>Whether a larger value of a metric is better.</summary>
    /// <param name="metric">A name that <see cref="Evaluate"/> returns.</param>
    public abstract bool HigherIsBetter(string metric);
}
