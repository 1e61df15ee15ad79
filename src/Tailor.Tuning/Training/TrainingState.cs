namespace Tailor.Tuning;

/// <summary>Where a run stands; with the tensors of a checkpoint it is all that resuming needs.</summary>
public sealed record TrainingState
{
    /// <summary>The stage in progress, from 0; equal to the number of stages when training is over.</summary>
    public int Stage { get; set; }

    /// <summary>Optimizer steps done in that stage.</summary>
    public long Step { get; set; }

    /// <summary>Forward passes done in the whole run; names the random draws of the next one.</summary>
    public long Pass { get; set; }

    /// <summary>The best dev score of the stage, or null before the first evaluation.</summary>
    public double? BestScore { get; set; }

    /// <summary>The step of the best dev score.</summary>
    public long BestStep { get; set; }

    /// <summary>Bytes of <c>metrics.jsonl</c> that belong to this state; what a killed run wrote after it is cut off.</summary>
    public long MetricsBytes { get; set; }

    /// <summary>Time spent so far, over all sessions; what a killed session did after its last checkpoint is done again and counts once. In JSON it is always as long, and so is the checkpoint's header.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Numbers that train, in the stage so far that trains most.</summary>
    public long TrainedParameters { get; set; }
}
