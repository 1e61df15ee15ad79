using Tailor.Engine;

namespace Tailor.Tuning;

/// <summary>One stage of training: what trains, with which loss, batches, optimizer and schedule, for how long, and which checkpoint is kept.</summary>
public sealed record StageRecipe
{
    /// <summary>Where the backbone's weights start: fresh is as they were pretrained.</summary>
    public WeightStart Backbone { get; init; }

    /// <summary>Where the head's weights start.</summary>
    public WeightStart Head { get; init; }

    /// <summary>What becomes of the adapter.</summary>
    public AdapterFate Adapter { get; init; }

    /// <summary>Which prompts of an LPT adapter train, and whether the group prompts take part.</summary>
    public PromptPhase Prompts { get; init; }

    /// <summary>Which parameters train.</summary>
    public TrainScope Train { get; init; }

    /// <summary>Which examples it trains on; class counts and balanced draws are those of these examples.</summary>
    public StageData Data { get; init; }

    /// <summary>How many of the last encoder layers train with the head, 1 to 1000; only with <see cref="TrainScope.LastLayers"/>.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>
    /// Whether layers below the deepest that trains drop as the others do while training, as the papers' codes have it. Without, they run as at inference, and once for all epochs: a linear probe's epoch then costs next to nothing.
    /// </summary>
    public bool FrozenDropout { get; init; } = true;

    /// <summary>Passes over the training set, above 0 and at most 10000; exactly one of this and <see cref="Steps"/> is given.</summary>
    public double? Epochs { get; init; }

    /// <summary>Optimizer steps, 1 to 100 million; exactly one of this and <see cref="Epochs"/> is given.</summary>
    public int? Steps { get; init; }

    /// <summary>Examples of a batch, 1 to 65536; unused when <see cref="TokensPerBatch"/> is given.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Real tokens of a batch, 16 to 2^24, for batches of similar cost; null for batches of <see cref="BatchSize"/> examples.</summary>
    public int? TokensPerBatch { get; init; }

    /// <summary>Batches whose gradients are summed up before a step, 1 to 65536.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The peak learning rate, above 0 and at most 10.</summary>
    public double Lr { get; init; } = 5e-5;

    /// <summary>The peak learning rate of the head, above 0 and at most 10; null for <see cref="Lr"/>.</summary>
    public double? HeadLr { get; init; }

    /// <summary>The optimizer.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>AdamW's decay of the mean of gradients, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the mean of squared gradients, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What AdamW adds to the denominator, above 0 and at most 1.</summary>
    public double Eps { get; init; } = 1e-8;

    /// <summary>Weight decay of the matrices, in [0, 10]; biases and norms never decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>SGD's momentum, in [0, 1).</summary>
    public double Momentum { get; init; }

    /// <summary>Whether SGD's momentum looks ahead (Nesterov).</summary>
    public bool Nesterov { get; init; }

    /// <summary>How the learning rate falls after the warm-up.</summary>
    public ScheduleKind Schedule { get; init; }

    /// <summary>The linear rise from 0 to the peak: below 1 a share of all steps, from 1 on a number of whole steps.</summary>
    public double Warmup { get; init; } = 0.1;

    /// <summary>How many first steps have the rate <see cref="HoldFactor"/> x <see cref="Lr"/>, whatever the schedule says (EH-FT's code); 0 for none.</summary>
    public int Hold { get; init; }

    /// <summary>The share of the peak rate in the steps of <see cref="Hold"/>, in [0, 1].</summary>
    public double HoldFactor { get; init; } = 0.05;

    /// <summary>The power of the polynomial schedule, above 0 and at most 10.</summary>
    public double Power { get; init; } = 1;

    /// <summary>The learning rate at the end of the schedule, at least 0 and below <see cref="Lr"/>; the head's ends in the same proportion. Not for the constant schedule.</summary>
    public double LrEnd { get; init; }

    /// <summary>Mixout (Lee, Cho and Kang, ICLR 2020): the probability that a weight of a linear layer is, for one step, the one it started from, in [0, 1); dropout is then off. 0 for none.</summary>
    public double Mixout { get; init; }

    /// <summary>ChildTuning-D (Xu et al., EMNLP 2021): the share of the encoder layers' weights that train, those of the largest Fisher information on the training set, above 0 and at most 1; null for all.</summary>
    public double? Child { get; init; }

    /// <summary>The largest global norm of the gradients, in [0, 1e6]; 0 for no clipping.</summary>
    public double Clip { get; init; } = 1.0;

    /// <summary>What is minimised.</summary>
    public LossRecipe Loss { get; init; } = new();

    /// <summary>The order in which examples are drawn.</summary>
    public SamplerKind Sampler { get; init; }

    /// <summary>How many examples in a row come from one class, 1 to 1000; for <see cref="SamplerKind.ClassAware"/> and <see cref="SamplerKind.Dual"/>.</summary>
    public int SamplesPerClass { get; init; } = 4;

    /// <summary>The effective number's beta of <see cref="SamplerKind.EffectiveNumber"/>, in [0, 1).</summary>
    public double SamplerBeta { get; init; } = 0.9999;

    /// <summary>The share of the examples below which <see cref="SamplerKind.RepeatFactor"/> repeats a class, above 0 and at most 1.</summary>
    public double RepeatThreshold { get; init; } = 1e-3;

    /// <summary>The weight of the instance-balanced draw of <see cref="SamplerKind.Dual"/> in the first epoch, in [0, 10].</summary>
    public double InstanceWeight { get; init; } = 0.5;

    /// <summary>Steps between evaluations on the development set, at least 1; null for one after each epoch.</summary>
    public int? EvalEvery { get; init; }

    /// <summary>The metric that picks the best checkpoint, one of the names of <c>Tailor.Evaluation.Metric</c>.</summary>
    public string Metric { get; init; } = "macro_f1";

    /// <summary>Which weights the stage leaves behind.</summary>
    public KeptWeights Keep { get; init; }

    /// <summary>Epochs without improvement after which the stage stops, above 0; null to never stop early.</summary>
    public double? Patience { get; init; }
}

/// <summary>The examples a stage trains on.</summary>
public enum StageData
{
    /// <summary>The training split.</summary>
    Train,

    /// <summary>The augmented file that the run is given (<c>tailor train --augmented</c>).</summary>
    Augmented,
}

/// <summary>Which parameters a stage trains.</summary>
public enum TrainScope
{
    /// <summary>The backbone and the head.</summary>
    All,

    /// <summary>The head alone; no gradient is asked of the backbone.</summary>
    Head,

    /// <summary>The head, with the pooler when it reads it, and the last layers of the encoder.</summary>
    LastLayers,

    /// <summary>The head and the adapter.</summary>
    Adapter,
}

/// <summary>Which weights a stage leaves behind.</summary>
public enum KeptWeights
{
    /// <summary>Those of the best evaluation on the development set; the last ones when nothing was scored.</summary>
    Best,

    /// <summary>Those after the last step.</summary>
    Last,
}

/// <summary>Where weights start at the beginning of a stage.</summary>
public enum WeightStart
{
    /// <summary>As the stage before left them; in the first stage as the model directory has them.</summary>
    Previous,

    /// <summary>As they were before the first stage.</summary>
    Fresh,
}

/// <summary>What becomes of the adapter at the beginning of a stage.</summary>
public enum AdapterFate
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>It is taken away.</summary>
    Drop,

    /// <summary>It is folded into the backbone's weights.</summary>
    Merge,
}

/// <summary>The two phases of LPT.</summary>
public enum PromptPhase
{
    /// <summary>The prompts that all images share train; there are no others.</summary>
    Shared,

    /// <summary>The pool of group prompts and its keys train; the shared prompts stand still.</summary>
    Group,
}

/// <summary>The optimizers.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019).</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with optional momentum.</summary>
    Sgd,
}

/// <summary>The orders in which examples are drawn.</summary>
public enum SamplerKind
{
    /// <summary>A fresh random order each epoch (<see cref="RandomSampler"/>).</summary>
    Random,

    /// <summary>The order of the file (<see cref="SequentialSampler"/>).</summary>
    Sequential,

    /// <summary>A class with chance ∝ √count, then one of its examples (<see cref="SquareRootSampler"/>).</summary>
    SquareRoot,

    /// <summary>Any class with the same chance, then one of its examples (<see cref="ClassBalancedSampler"/>).</summary>
    ClassBalanced,

    /// <summary>The classes in cycles, some examples of each in a row (<see cref="ClassAwareSampler"/>).</summary>
    ClassAware,

    /// <summary>From instance balance towards class balance, epoch by epoch (<see cref="ProgressivelyBalancedSampler"/>).</summary>
    ProgressivelyBalanced,

    /// <summary>An example with chance ∝ 1 / effective number of its class (<see cref="EffectiveNumberSampler"/>).</summary>
    EffectiveNumber,

    /// <summary>Each example, those of rare classes several times (<see cref="RepeatFactorSampler"/>).</summary>
    RepeatFactor,

    /// <summary>Each batch drawn by class and by instance, both losses added (<see cref="DualSampler"/>).</summary>
    Dual,
}
