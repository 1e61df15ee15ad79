namespace Tailor.Tuning;

/// <summary>Something that happened during training, for whoever shows progress.</summary>
public abstract record TrainingEvent;

/// <summary>A stage begins.</summary>
/// <param name="Stage">The stage, from 1.</param>
/// <param name="Stages">How many the recipe has.</param>
/// <param name="FirstStep">Optimizer steps of this stage already done (more than 0 after resuming).</param>
/// <param name="TotalSteps">Optimizer steps of this stage.</param>
/// <param name="TrainableParameters">Numbers that train.</param>
/// <param name="AllParameters">Numbers in the model.</param>
public sealed record StageStarted(int Stage, int Stages, long FirstStep, long TotalSteps, long TrainableParameters, long AllParameters) : TrainingEvent;

/// <summary>An optimizer step is done.</summary>
/// <param name="Step">The step within the stage, from 1.</param>
/// <param name="TotalSteps">Steps of the stage.</param>
/// <param name="Loss">The step's mean training loss.</param>
/// <param name="LearningRate">The learning rate of the first parameter group.</param>
/// <param name="GradientNorm">The global gradient norm before clipping.</param>
/// <param name="Tokens">Real tokens in the step.</param>
/// <param name="Elapsed">Time since the stage began in this process.</param>
public sealed record StepDone(long Step, long TotalSteps, double Loss, double LearningRate, double GradientNorm, int Tokens, TimeSpan Elapsed) : TrainingEvent;

/// <summary>The dev split was scored.</summary>
/// <param name="Step">The step within the stage.</param>
/// <param name="Metric">The selection metric.</param>
/// <param name="Value">Its value now.</param>
/// <param name="Best">Its best value so far.</param>
/// <param name="Improved">Whether this is a new best.</param>
public sealed record Evaluated(long Step, string Metric, double Value, double Best, bool Improved) : TrainingEvent;

/// <summary>A resumable checkpoint was written.</summary>
/// <param name="Step">The step within the stage.</param>
public sealed record CheckpointSaved(long Step) : TrainingEvent;

/// <summary>Something worth saying in words.</summary>
/// <param name="Text">One sentence.</param>
public sealed record Remark(string Text) : TrainingEvent;
