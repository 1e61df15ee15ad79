using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

public sealed class TrainingLoopTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly (string Text, int Label)[] _train = TinyModel.Examples(90, 1), _dev = TinyModel.Examples(30, 2);

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Training_learns_what_a_word_tells()
    {
        (LoopResult result, _) = Run("learn", TinyModel.Stage(300) with { Lr = 1e-2, BatchSize = 16 }, int.MaxValue);
        Assert.False(result.Stopped);
        Assert.True(result.BestScore > 0.9, $"best macro-F1 {result.BestScore}\n{File.ReadAllText(Path.Combine(_tiny.Folder, "learn", "metrics.jsonl"))}");
    }

    [Fact]
    public void A_run_stopped_and_resumed_has_the_bits_of_one_that_was_not()
    {
        StageRecipe stage = TinyModel.Stage(60);
        (_, string whole) = Run("whole", stage, int.MaxValue);
        string name = "parts";
        LoopResult result;
        string bits;
        int stops = 0;
        TimeSpan elapsed = default;
        do
        {
            (result, bits) = Run(name, stage, 13);
            stops += result.Stopped ? 1 : 0;
            Assert.True(result.Elapsed > elapsed, "the time of the sessions before is lost");
            elapsed = result.Elapsed;
        }
        while (result.Stopped);

        Assert.Equal(4, stops);
        Assert.Equal(whole, bits);
        Assert.Equal(File.ReadAllText(Path.Combine(_tiny.Folder, "whole", "metrics.jsonl")), File.ReadAllText(Path.Combine(_tiny.Folder, name, "metrics.jsonl")));
    }

    [Theory]
    [InlineData(SamplerKind.Dual)]
    [InlineData(SamplerKind.RepeatFactor)]
    [InlineData(SamplerKind.ProgressivelyBalanced)]
    [InlineData(SamplerKind.ClassAware)]
    public void A_balanced_run_resumed_in_the_middle_of_an_epoch_has_the_bits_of_one_that_was_not_stopped(SamplerKind sampler)
    {
        // 12 steps an epoch; the weights come in at step 24.
        StageRecipe stage = TinyModel.Stage(40) with
        {
            Sampler = sampler,
            RepeatThreshold = 0.34,
            Loss = new LossRecipe { Kind = LossKind.Ldam, ClassWeights = ClassWeights.EffectiveNumber, WeightsFrom = 0.6, Normalize = Normalize.WeightSum },
        };
        (_, string whole) = Run("whole", stage, int.MaxValue);
        LoopResult result;
        string bits;
        do
        {
            (result, bits) = Run("parts", stage, 7);
        }
        while (result.Stopped);

        Assert.Equal(whole, bits);
        Assert.NotEqual(whole, Run("undeferred", stage with { Loss = stage.Loss with { WeightsFrom = 0 } }, int.MaxValue).Bits);
        Assert.NotEqual(whole, Run("random", stage with { Sampler = SamplerKind.Random }, int.MaxValue).Bits);
    }

    [Fact]
    public void A_run_with_noise_in_its_loss_has_the_bits_of_one_that_was_not_stopped()
    {
        StageRecipe stage = TinyModel.Stage(40) with { Sampler = SamplerKind.Dual, Loss = LossRecipe.Of(LossKind.AsymmetricGcl) };
        var head = new HeadRecipe { Kind = HeadKind.Cosine, Scale = 1 };
        (_, string whole) = Run("whole", stage, int.MaxValue, head);
        LoopResult result;
        string bits;
        do
        {
            (result, bits) = Run("parts", stage, 7, head);
        }
        while (result.Stopped);

        Assert.Equal(whole, bits);
        Assert.NotEqual(whole, Run("noiseless", stage with { Loss = stage.Loss with { Noise = 0 } }, int.MaxValue, head).Bits);
        Assert.NotEqual(whole, Run("alike", stage with { Loss = stage.Loss with { InstanceGammaPositive = 0, InstanceGammaNegative = 4 } }, int.MaxValue, head).Bits);
    }

    [Fact]
    public void A_stage_on_augmented_examples_sees_them_alone()
    {
        // Augmented labels that contradict the words: after training on them alone the model says what they say.
        (string Text, int Label)[] turned = [.. TinyModel.Examples(90, 1).Select(e => (e.Text, (e.Label + 1) % 3))];
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(300) with { Lr = 1e-2, BatchSize = 16, Data = StageData.Augmented });
        using TextModel model = _tiny.Load(recipe);
        new TrainingLoop(TinyModel.Task(model, _train, [], turned), recipe.Stages, RunFolder.Create(Path.Combine(_tiny.Folder, "augmented")), new LoopOptions { Seed = 3 }, null).Run(CancellationToken.None);
        int[] said = Classes.ArgMax(model.Probabilities(TinyModel.Texts(model, _dev).Examples), 3);
        Assert.True(said.Zip(_dev).Count(x => x.First == (x.Second.Label + 1) % 3) > 24);
    }

    [Fact]
    public void The_class_counts_of_a_stage_are_those_of_its_examples()
    {
        // Train is one of each ten of class 1; the augmented examples are balanced, so that balanced softmax is cross-entropy on them alone.
        (string Text, int Label)[] tail = [.. _train.Where((e, i) => e.Label != 1 || i % 10 == 0)], balanced = [.. _train.GroupBy(e => e.Label).SelectMany(group => group.Take(20))];
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(1));
        using TextModel model = _tiny.Load(recipe);
        ClassificationTask task = TinyModel.Task(model, tail, [], balanced);
        double Loss(StageData data, LossKind kind)
        {
            using DisposeScope scope = NewDisposeScope();
            task.Begin(recipe.Stages[0] with { Data = data, Loss = new LossRecipe { Kind = kind } }, seed: 1, saved: null);
            return task.Loss(new TrainingBatch([0, 1, 2, 30, 31, 32]), 1, 0).Numerator.item<float>();
        }

        Assert.Equal(Loss(StageData.Augmented, LossKind.CrossEntropy), Loss(StageData.Augmented, LossKind.BalancedSoftmax), 1e-5);
        Assert.True(Math.Abs(Loss(StageData.Train, LossKind.CrossEntropy) - Loss(StageData.Train, LossKind.BalancedSoftmax)) > 0.1);
    }

    [Fact]
    public void Work_after_the_last_checkpoint_is_done_again_and_metrics_are_cut()
    {
        StageRecipe stage = TinyModel.Stage(40);
        (_, string whole) = Run("whole", stage, int.MaxValue);

        // What a kill leaves behind: a state of step 15, then a metrics line and a best of step 20 that it does not know.
        Run("killed", stage, 15);
        var folder = new RunFolder(Path.Combine(_tiny.Folder, "killed"));
        byte[] state = File.ReadAllBytes(Path.Combine(folder.CheckpointFolder, "state.safetensors"));
        Run("killed", stage, 12);
        File.WriteAllBytes(Path.Combine(folder.CheckpointFolder, "state.safetensors"), state);
        (_, string bits) = Run("killed", stage, int.MaxValue);
        Assert.Equal(whole, bits);
        Assert.Equal(File.ReadAllText(Path.Combine(_tiny.Folder, "whole", "metrics.jsonl")), File.ReadAllText(folder.Metrics));
    }

    [Fact]
    public void Accumulated_micro_batches_equal_one_batch()
    {
        StageRecipe stage = TinyModel.Stage(5) with { BatchSize = 16, EvalEvery = 100, Metric = "accuracy" };
        float[] whole = Weights(stage), parts = Weights(stage with { BatchSize = 4, Accumulate = 4 });
        Assert.True(whole.Zip(parts).All(x => Math.Abs(x.First - x.Second) < 2e-4), $"largest difference {whole.Zip(parts).Max(x => Math.Abs(x.First - x.Second))}");
    }

    [Fact]
    public void Training_the_head_alone_leaves_the_backbone_as_it_was()
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(10) with { Train = TrainScope.Head });
        using TextModel before = _tiny.Load(recipe), after = _tiny.Load(recipe);
        LoopResult result = Loop(after, recipe, "head", null).Run(CancellationToken.None);
        Assert.Equal(after.Head.Parameters.Sum(p => p.Count), result.TrainedParameters);
        var head = after.Head.Parameters.Select(p => p.Name).ToHashSet();
        foreach ((Parameter old, Parameter now) in before.Parameters.Zip(after.Parameters))
        {
            Assert.Equal(!head.Contains(now.Name), old.Value.bytes.SequenceEqual(now.Value.bytes));
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_and_keeps_the_checkpoint()
    {
        StageRecipe stage = TinyModel.Stage(400) with { Lr = 1e30, Clip = 0, Warmup = 0, Schedule = ScheduleKind.Constant, Optimizer = OptimizerKind.Sgd, EvalEvery = 1000 };
        Recipe recipe = TinyModel.Recipe(stage);
        using TextModel model = _tiny.Load(recipe);
        TrainingDivergedException fault = Assert.Throws<TrainingDivergedException>(() => Loop(model, recipe, "diverged", null, checkpointEvery: 1).Run(CancellationToken.None));
        Assert.Contains("step", fault.Message, StringComparison.Ordinal);
        Assert.Contains("1E+30", fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_tiny.Folder, "diverged", "checkpoint", "state.safetensors")));
    }

    [Fact]
    public void Early_stopping_waits_for_its_patience()
    {
        // Learning rate 0: the first evaluation stays the best, and patience of one epoch (12 steps) after it ends the stage.
        StageRecipe stage = TinyModel.Stage(100) with { Lr = 1e-12, EvalEvery = 4, Patience = 1 };
        var steps = new List<long>();
        Recipe recipe = TinyModel.Recipe(stage);
        using TextModel model = _tiny.Load(recipe);
        Loop(model, recipe, "patience", new Listener(e => steps.AddRange(e is StepDone done ? [done.Step] : []))).Run(CancellationToken.None);
        Assert.Equal(4 + 12, steps[^1]);
    }

    [Fact]
    public void Live_tensors_and_memory_stay_flat_over_200_steps()
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(220) with { EvalEvery = 20 });
        using TextModel model = _tiny.Load(recipe);

        // What other tests left to the collector does not count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var live = new List<long>();
        var resident = new List<long>();
        Loop(model, recipe, "flat", new Listener(e =>
        {
            if (e is StepDone { Step: >= 20 } done && done.Step % 20 == 11)
            {
                live.Add(Tensor.TotalCount);
                resident.Add(Environment.WorkingSet);
            }
        })).Run(CancellationToken.None);
        Assert.Equal(10, live.Count);
        Assert.True(live.Max() - live.Min() <= 2, string.Join(", ", live));
        Assert.True(resident[^1] - resident[1] < 32 << 20, string.Join(", ", resident));
    }

    private (LoopResult Result, string Bits) Run(string name, StageRecipe stage, int stopAfter, HeadRecipe? head = null)
    {
        Recipe recipe = TinyModel.Recipe(stage) with { Head = head ?? new() };
        using TextModel model = _tiny.Load(recipe);
        using var stop = new CancellationTokenSource();
        int done = 0;
        LoopResult result = Loop(model, recipe, name, new Listener(e =>
        {
            if (e is StepDone && ++done == stopAfter)
            {
                stop.Cancel();
            }
        })).Run(stop.Token);
        return (result, TinyModel.Bits(model));
    }

    private float[] Weights(StageRecipe stage)
    {
        Recipe recipe = TinyModel.Recipe(stage) with { Head = new HeadRecipe { Dropout = 0 } };
        string config = Path.Combine(_tiny.Model, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"hidden_dropout_prob\": 0.1", "\"hidden_dropout_prob\": 0", StringComparison.Ordinal).Replace("\"attention_probs_dropout_prob\": 0.1", "\"attention_probs_dropout_prob\": 0", StringComparison.Ordinal));
        using TextModel model = _tiny.Load(recipe);
        Loop(model, recipe, $"accumulate{stage.Accumulate}", null).Run(CancellationToken.None);
        return model.Parameters.SelectMany(p => p.Value.data<float>().ToArray()).ToArray();
    }

    private TrainingLoop Loop(TextModel model, Recipe recipe, string name, IProgress<TrainingEvent>? progress, int? checkpointEvery = null)
    {
        string path = Path.Combine(_tiny.Folder, name);
        RunFolder folder = Directory.Exists(path) ? new RunFolder(path) : RunFolder.Create(path);
        return new TrainingLoop(TinyModel.Task(model, _train, _dev), recipe.Stages, folder, new LoopOptions { Seed = 3, CheckpointEvery = checkpointEvery }, progress);
    }
}
