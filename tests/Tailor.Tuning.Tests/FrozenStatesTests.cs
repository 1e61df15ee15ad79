using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Layers that do not train run once, and nothing else changes.</summary>
public sealed class FrozenStatesTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly (string Text, int Label)[] _train = TinyModel.Examples(40, 1), _dev = TinyModel.Examples(20, 2);

    public void Dispose() => _tiny.Dispose();

    public static TheoryData<string, int> Stages => new()
    {
        { "head", 2 },
        { "last layer", 1 },
        { "LoRA in the last layer", 1 },
        { "prompt, head", 2 },
        { "prefix, head", 2 },
    };

    [Theory]
    [MemberData(nameof(Stages))]
    public void Training_on_them_is_training_on_the_examples(string kind, int layers)
    {
        Recipe recipe = Recipe(kind);
        using TextModel kept = _tiny.Load(recipe), again = _tiny.Load(recipe);
        LabelledExamples train = TinyModel.Texts(kept, _train), dev = TinyModel.Texts(kept, _dev);
        using var pool = new FrozenStatePool();
        var task = new ClassificationTask(kept, train, dev, TinyModel.Labels, train.Counts(3), 0.55, frozen: pool);
        Assert.False(_tiny.Loop(task, recipe, "kept", int.MaxValue).Stopped);
        Assert.Equal(2, pool.Computed);
        var plain = new ClassificationTask(again, train with { Examples = new VaryingSet(train.Examples) }, dev with { Examples = new VaryingSet(dev.Examples) }, TinyModel.Labels, train.Counts(3), 0.55);
        Assert.False(_tiny.Loop(plain, recipe, "again", int.MaxValue).Stopped);
        using DisposeScope scope = NewDisposeScope();
        Assert.All(kept.Parameters.Zip(again.Parameters), pair => Assert.True(pair.First.Value.allclose(pair.Second.Value, 1e-4, 1e-5), pair.First.Name));
        Assert.Contains(kept.Parameters.Zip(_tiny.Load(recipe).Parameters), pair => !pair.First.Value.equal(pair.Second.Value).all().item<bool>());
        Assert.Equal(layers, Frozen(kept, recipe));
        Assert.Equal(Metrics("again"), Metrics("kept"));
    }

    [Theory]
    [InlineData("head")]
    [InlineData("last layer")]
    public void A_run_stopped_and_resumed_has_the_bits_of_one_that_was_not(string kind)
    {
        Recipe recipe = Recipe(kind);
        string Run(string name, int part)
        {
            bool stopped;
            string bits;
            do
            {
                using TextModel model = _tiny.Load(recipe);
                stopped = _tiny.Loop(TinyModel.Task(model, _train, _dev), recipe, name, part).Stopped;
                bits = TinyModel.Bits(model);
            }
            while (stopped);

            return bits;
        }

        Assert.Equal(Run("whole", int.MaxValue), Run("parts", 3));
    }

    [Fact]
    public void Frozen_layers_drop_unless_the_stage_says_otherwise()
    {
        Recipe recipe = Recipe("head"), dropping = recipe with { Stages = [recipe.Stages[0] with { FrozenDropout = true }] };
        using TextModel model = _tiny.Load(recipe);
        LabelledExamples train = TinyModel.Texts(model, _train), none = TinyModel.Texts(model, []);
        double Loss(Recipe of, long pass)
        {
            var task = new ClassificationTask(model, train, none, TinyModel.Labels, train.Counts(3), 0.55);
            StagePlanner.Plan(task, of.Stages[0]);
            task.Begin(of.Stages[0], 5, null);
            using DisposeScope scope = NewDisposeScope();
            using var _ = no_grad();
            double value = task.Loss(new TrainingBatch([3, 1, 4]), 5, pass).Numerator.item<float>();
            task.EndStage();
            return value;
        }

        // The head's own dropout is 0 here, so that only the encoder's is left.
        Assert.Equal(Loss(recipe, 1), Loss(recipe, 2));
        Assert.NotEqual(Loss(dropping, 1), Loss(dropping, 2));
    }

    [Fact]
    public void Rows_in_a_file_are_those_in_memory()
    {
        using TextModel model = _tiny.Load(Recipe("last layer"));
        ExampleSet examples = TinyModel.Texts(model, _train).Examples;
        using FrozenStates memory = FrozenStates.Compute(model, examples, 1), file = FrozenStates.Compute(model, examples, 1, largestInMemory: 0);
        Assert.True(file.InFile && !memory.InFile);
        using DisposeScope scope = NewDisposeScope();
        int[] some = [7, 0, 39, 7];
        Tensor a = memory.Of(some, CPU), b = file.Of(some, CPU);
        Assert.Equal(some.Sum(i => examples.Lengths[i]), a.shape[0]);
        Assert.True(a.equal(b).all().item<bool>());
    }

    [Fact]
    public void Runs_share_them_as_long_as_the_weights_below_are_the_same()
    {
        using var pool = new FrozenStatePool();
        Recipe head = Recipe("head"), all = TinyModel.Recipe(TinyModel.Stage(3)), relu = head with { Head = head.Head with { Activation = HeadActivation.Relu } };
        using TextModel first = _tiny.Load(head, seed: 1), second = _tiny.Load(relu, seed: 2), tuned = _tiny.Load(all, seed: 1);
        ExampleSet examples = TinyModel.Texts(first, _train).Examples;
        FrozenStates states = pool.Get(first, examples, 2);
        Assert.Same(states, pool.Get(second, examples, 2));
        Assert.Equal(1, pool.Computed);
        _tiny.Loop(TinyModel.Task(tuned, _train, []), all, "tuned", int.MaxValue);
        Assert.NotSame(states, pool.Get(tuned, examples, 2));
        Assert.NotSame(states, pool.Get(first, examples, 1));
        Assert.NotSame(states, pool.Get(first, TinyModel.Texts(first, _dev).Examples, 2));
        Assert.Equal(4, pool.Computed);
    }

    [Fact]
    public void A_pool_that_is_full_lets_the_oldest_go()
    {
        using var pool = new FrozenStatePool(capacity: 1);
        using TextModel model = _tiny.Load(Recipe("head"));
        ExampleSet[] sets = [.. Enumerable.Range(1, 3).Select(seed => TinyModel.Texts(model, TinyModel.Examples(5, seed)).Examples)];
        FrozenStates[] states = new FrozenStates[3];
        states[0] = pool.Get(model, sets[0], 2);
        states[1] = pool.Get(model, sets[1], 2);

        // The first is given back, the second is read on.
        pool.Release(states[0]);
        states[2] = pool.Get(model, sets[2], 2);
        Assert.Throws<ObjectDisposedException>(() => states[0].Of([0], CPU));
        using Tensor held = states[1].Of([0], CPU), still = states[2].Of([0], CPU);
        Assert.Equal((1, 1), (held.shape[0], still.shape[0]));
    }

    [Fact]
    public void Threads_that_ask_for_the_same_states_at_once_get_one_set_and_others_theirs()
    {
        using var pool = new FrozenStatePool();
        using TextModel first = _tiny.Load(Recipe("head"));
        ExampleSet[] sets = [.. Enumerable.Range(1, 2).Select(seed => TinyModel.Texts(first, TinyModel.Examples(40, seed)).Examples)];
        var states = new FrozenStates[6];
        using var ready = new Barrier(states.Length);
        Thread[] threads = [.. Enumerable.Range(0, states.Length).Select(i => new Thread(() =>
        {
            Libtorch.Load(1);
            using TextModel own = _tiny.Load(Recipe("head"));
            ready.SignalAndWait();
            states[i] = pool.Get(own, sets[i % 2], 2);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(2, pool.Computed);
        Assert.All(Enumerable.Range(0, states.Length), i => Assert.Same(states[i % 2], states[i]));
        using FrozenStates alone = FrozenStates.Compute(first, sets[1], 2);
        int[] all = [.. Enumerable.Range(0, 40)];
        using Tensor shared = states[1].Of(all, CPU), expected = alone.Of(all, CPU);
        Assert.True(shared.equal(expected).all().item<bool>());
    }

    private static Recipe Recipe(string kind)
    {
        StageRecipe stage = TinyModel.Stage(12) with { FrozenDropout = false, EvalEvery = 4, Train = kind.EndsWith("head", StringComparison.Ordinal) ? TrainScope.Head : kind[0] == 'L' ? TrainScope.Adapter : TrainScope.LastLayers };
        Recipe recipe = TinyModel.Recipe(stage) with { Head = new HeadRecipe { Dropout = 0 } };
        return kind switch
        {
            "LoRA in the last layer" => recipe with { Adapter = new AdapterRecipe { Kind = AdapterKind.Lora, Rank = 2, Layers = [1], Dropout = 0.2 } },
            "prefix, head" => recipe with { Adapter = new AdapterRecipe { Kind = AdapterKind.Prefix, Tokens = 2 }, Input = new InputRecipe { MaxLength = 20 } },
            "prompt, head" => recipe with { Adapter = new AdapterRecipe { Kind = AdapterKind.SoftPrompt, Tokens = 2 }, Input = new InputRecipe { MaxLength = 20 } },
            _ => recipe,
        };
    }

    private static int Frozen(ClassifierModel model, Recipe recipe)
    {
        StagePlanner.Plan(new ClassificationTask(model, new(new TextSet([]), []), new(new TextSet([]), []), TinyModel.Labels, [1, 1, 1], 0.55), recipe.Stages[0]);
        return model.FrozenLayers();
    }

    private string Metrics(string name) => string.Join('\n', File.ReadLines(Path.Combine(_tiny.Folder, name, "metrics.jsonl")).Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!["macro_f1"]!.ToString()));

    /// <summary>The same examples, of which a task may keep nothing.</summary>
    private sealed class VaryingSet(ExampleSet examples) : ExampleSet
    {
        public override IReadOnlyList<int> Lengths => examples.Lengths;

        public override bool Varies => true;

        public override IExampleBatch Batch(IReadOnlyList<int> indices, Device device) => examples.Batch(indices, device);
    }
}
