using Tailor.Engine;
using static TorchSharp.torch;

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

    /// <summary>Makes weights that depend on the data, before anything trains. Called once, at the beginning of a run and not when it is resumed.</summary>
    public virtual void Start()
    {
    }

    /// <summary>Puts the model's parts as they stand in a stage; no weight changes. Called when training begins or is resumed, and after <see cref="Enter"/>.</summary>
    /// <param name="stage">The stage's place, from 0.</param>
    public virtual void Arrange(int stage)
    {
    }

    /// <summary>Changes weights between stages, as the next one asks. Called once in a run for every stage but the first; what it does is in the next checkpoint.</summary>
    /// <param name="stage">The next stage's place, from 1.</param>
    public virtual void Enter(int stage)
    {
    }

    /// <summary>Called when a stage begins or is resumed, after its groups are set.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="saved">The tensors of <see cref="StageState"/> by name when the stage is resumed, else null.</param>
    public abstract void Begin(StageRecipe stage, long seed, Func<string, Tensor?>? saved);

    /// <summary>What is worth saying of the stage that was begun last, or null.</summary>
    public virtual string? Remark => null;

    /// <summary>Called when a stage is over, or training stops in it.</summary>
    public virtual void EndStage()
    {
    }

    /// <summary>What the stage found out at its beginning and needs again when it is resumed.</summary>
    public virtual IEnumerable<KeyValuePair<string, Tensor>> StageState => [];

    /// <summary>Called between the gradients of a step and the optimizer.</summary>
    public virtual void ChangeGradients()
    {
    }

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
