using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning.Tests;

/// <summary>What LPT (ICLR 2023) says of prompts, keys and queries; figures of the original code are in the goldens.</summary>
public sealed class LptAdapterTests : IDisposable
{
    private const int Pool = 5;

    private readonly TinyVision _tiny = new();
    private readonly PictureSet _pictures = (PictureSet)TinyVision.Examples(6, 6).Examples;

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Group_prompts_of_zeros_are_not_no_prompts()
    {
        using ImageModel model = Load();
        Values(model, ".group_prompts", rows => rows.zero_());
        float[] zeros = model.Probabilities(_pictures);
        Enter(model, PromptPhase.Shared);
        Assert.True(zeros.Zip(model.Probabilities(_pictures)).Max(pair => Math.Abs(pair.First - pair.Second)) > 1e-3);
    }

    [Fact]
    public void Only_the_pool_and_its_keys_learn_and_only_where_they_were_chosen()
    {
        using ImageModel model = Load();
        using DisposeScope scope = NewDisposeScope();
        var lpt = (LptAdapter)model.Adapter!;
        Plan(model);
        using IExampleBatch batch = _pictures.Batch([0, 1], CPU);
        model.Forward(batch, DropoutPlaces.Off).square().sum().add(lpt.Penalty!.sum()).backward();
        HashSet<long> chosen = [.. lpt.Chosen!.data<long>()];
        Assert.InRange(chosen.Count, 2, Pool - 1);
        Assert.False(lpt.Query(model.Backbone.Encoder, model.Backbone.Encoder.RowsAt(1, _pictures.Pixels(0, 1), DropoutPlaces.Off)).requires_grad);
        foreach (Parameter parameter in model.Parameters.Except(model.Head.Parameters))
        {
            if (!parameter.Name.EndsWith(".group_prompts", StringComparison.Ordinal) && parameter.Name != "lpt.keys")
            {
                Assert.Null(parameter.Value.grad);
                continue;
            }

            for (long set = 0; set < Pool; set++)
            {
                Assert.Equal(chosen.Contains(set), parameter.Value.grad!.select(0, set).abs().max().item<float>() != 0);
            }
        }
    }

    [Fact]
    public void Keys_learn_by_the_matching_alone_and_sets_by_the_classes_alone()
    {
        using ImageModel model = Load();
        using DisposeScope scope = NewDisposeScope();
        Plan(model);
        using IExampleBatch batch = _pictures.Batch([0, 1], CPU);
        model.Forward(batch, DropoutPlaces.Off).square().sum().backward();
        Assert.All(Named(model, "lpt.keys"), keys => Assert.Null(keys.Value.grad));
        Assert.All(Named(model, ".group_prompts"), sets => sets.Value.grad = null);
        _ = model.Forward(batch, DropoutPlaces.Off);
        model.Adapter!.Penalty!.sum().backward();
        Assert.All(Named(model, "lpt.keys"), keys => Assert.NotNull(keys.Value.grad));
        Assert.All(Named(model, ".group_prompts"), sets => Assert.Null(sets.Value.grad));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Reusing_the_first_blocks_has_the_bits_of_two_whole_passes(int sharedLayers)
    {
        using ImageModel model = Load(sharedLayers: sharedLayers);
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        var lpt = (LptAdapter)model.Adapter!;
        using IExampleBatch batch = _pictures.Batch([0, 1, 2], CPU);
        Tensor once = model.StatesBefore(TinyVision.Blocks, batch);
        long[] chosen = lpt.Chosen!.data<long>().ToArray();

        Tensor pixels = _pictures.Pixels(0, 1, 2);
        Enter(model, PromptPhase.Shared);
        Tensor query = model.Backbone.Encoder.ForwardRead(pixels, DropoutPlaces.Off);
        Enter(model, PromptPhase.Group);
        lpt.Choose(query);
        Assert.Equal(chosen, lpt.Chosen!.data<long>().ToArray());
        Assert.Equal(once.bytes.ToArray(), model.Backbone.Encoder.ForwardRead(pixels, DropoutPlaces.Off).bytes.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Sets_are_chosen_by_the_cosines_whose_mean_is_the_matching_term(int choices)
    {
        using ImageModel model = Load(choices: choices, matching: 0.7);
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        Enter(model, PromptPhase.Shared);
        Tensor query = model.Backbone.Encoder.ForwardRead(_pictures.Pixels(0, 1, 2, 3, 4, 5), DropoutPlaces.Off);
        Enter(model, PromptPhase.Group);
        using IExampleBatch batch = _pictures.Batch([0, 1, 2, 3, 4, 5], CPU);
        model.Forward(batch, DropoutPlaces.Off);
        float[] penalty = model.Adapter!.Penalty!.data<float>().ToArray();
        int[][] said = model.Choices(_pictures);
        float[] keys = Named(model, "lpt.keys").Single().Value.data<float>().ToArray(), queries = query.data<float>().ToArray();
        for (int image = 0; image < 6; image++)
        {
            double[] q = [.. queries.Skip(image * TinyVision.Width).Take(TinyVision.Width).Select(x => (double)x)];
            double[] cosines = [.. Enumerable.Range(0, Pool).Select(set =>
            {
                double[] key = [.. keys.Skip(set * TinyVision.Width).Take(TinyVision.Width).Select(x => (double)x)];
                return q.Zip(key, (a, b) => a * b).Sum() / Math.Sqrt(q.Sum(a => a * a) * key.Sum(b => b * b));
            })];
            int[] best = [.. Enumerable.Range(0, Pool).OrderByDescending(set => cosines[set]).Take(choices)];
            Assert.Equal(best, said[image]);
            Assert.Equal(-0.7 * best.Sum(set => cosines[set]) / choices, penalty[image], 1e-5);
        }

        Assert.True(said.Select(sets => string.Join(',', sets)).Distinct().Count() > 1, "all pictures choose the same");
    }

    [Fact]
    public void Keys_of_zeros_are_safe_and_equal_cosines_are_chosen_in_their_order()
    {
        using ImageModel model = Load();
        using DisposeScope scope = NewDisposeScope();
        Values(model, "lpt.keys", keys => keys.zero_());
        Assert.All(model.Choices(_pictures), sets => Assert.Equal([0, 1], sets));
        using IExampleBatch batch = _pictures.Batch([0, 1], CPU);
        model.Forward(batch, DropoutPlaces.Off).sum().add(model.Adapter!.Penalty!.sum()).backward();
        Assert.All(Named(model, "lpt.keys"), keys => Assert.True(keys.Value.grad!.isfinite().all().item<bool>()));
    }

    [Fact]
    public void Sets_and_their_keys_in_another_order_change_nothing()
    {
        using ImageModel model = Load();
        float[] before = model.Probabilities(_pictures);
        int[][] chosen = model.Choices(_pictures);
        long[] order = [3, 0, 4, 2, 1];
        Values(model, ".group_prompts", rows => rows.copy_(rows.index_select(0, tensor(order))));
        Values(model, "lpt.keys", keys => keys.copy_(keys.index_select(0, tensor(order))));
        Assert.All(before.Zip(model.Probabilities(_pictures)), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.All(chosen.Zip(model.Choices(_pictures)), pair => Assert.Equal(pair.First, pair.Second.Select(set => (int)order[set])));
    }

    [Fact]
    public void Choosing_all_sets_is_the_mean_of_the_pool_for_every_picture()
    {
        using ImageModel all = Load(choices: Pool), mean = Load(choices: 1, pool: 1);
        using (no_grad())
        {
            foreach ((Parameter whole, Parameter one) in Named(all, ".group_prompts").Zip(Named(mean, ".group_prompts")))
            {
                one.Value.copy_(whole.Value.mean([0], keepdim: true));
            }
        }

        Assert.All(all.Probabilities(_pictures).Zip(mean.Probabilities(_pictures)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void The_loss_has_each_draws_matching_beside_its_own_mean()
    {
        TrainingBatch batch = new([0, 1, 2, 3, 4], Companions: 2, CompanionWeight: 0.375);
        using ImageModel model = Load(), without = Load(matching: 0);
        double Loss(ImageModel of)
        {
            ClassificationTask task = TinyVision.Task(of, TinyVision.Examples(6, 6));
            Plan(of);
            task.Begin(of.Recipe.Stages[1], 3, saved: null);
            using DisposeScope scope = NewDisposeScope();
            LossParts parts = task.Loss(batch, 3, 1);
            return parts.Numerator.item<float>() / parts.Denominator;
        }

        using DisposeScope outer = NewDisposeScope();
        double with = Loss(model), plain = Loss(without);
        using IExampleBatch pictures = _pictures.Batch(batch.Examples, CPU);
        _ = model.Forward(pictures, DropoutPlaces.Off);
        float[] penalty = model.Adapter!.Penalty!.data<float>().ToArray();
        Assert.Equal(penalty[..3].Average() + (0.375 * penalty[3..].Average()), with - plain, 1e-5);
        Assert.True(Math.Abs(with - plain) > 0.01);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0)]
    public void The_draw_by_instance_fades_over_the_epochs_or_never_is(double weight)
    {
        StageRecipe stage = new() { Epochs = 10, BatchSize = 4, Sampler = SamplerKind.Dual, InstanceWeight = weight };
        int[] classes = [0, 0, 0, 0, 0, 1, 1, 2];
        var schedule = new StageSchedule(stage, 1, [.. classes.Select(_ => 10)], 7, classes);
        TrainingBatch[] batches = [.. Enumerable.Range(0, (int)schedule.TotalSteps).SelectMany(step => schedule.MicroBatches(step))];
        if (weight == 0)
        {
            Assert.All(batches, batch => Assert.Equal((0, 4), (batch.Companions, batch.Examples.Length)));
            return;
        }

        Assert.All(batches, batch => Assert.Equal((4, 8), (batch.Companions, batch.Examples.Length)));
        Assert.Equal(0.5, batches[0].CompanionWeight, 12);
        Assert.Equal(0.5 / 10, batches[^1].CompanionWeight, 12);
    }

    [Fact]
    public void Phase_2_starts_from_the_prompts_and_the_head_of_phase_1_and_moves_the_prompts_no_more()
    {
        StageRecipe stage = TinyVision.Stage(5) with { Optimizer = OptimizerKind.Sgd, Lr = 0.1, Momentum = 0.9, WeightDecay = 0.1, Sampler = SamplerKind.Dual };
        Recipe recipe = Recipe([stage, stage with { Prompts = PromptPhase.Group }]);
        using ImageModel first = _tiny.Load(recipe), both = _tiny.Load(recipe), fresh = _tiny.Load(recipe);
        LabelledExamples train = TinyVision.Examples(20, 2);
        ClassificationTask task = TinyVision.Task(first, train);
        _tiny.Train(task, [recipe.Stages[0]], "first");
        _tiny.Train(TinyVision.Task(both, train), recipe.Stages, "both");
        Dictionary<string, byte[]> start = TinyVision.Bits(fresh), phase1 = TinyVision.Bits(first), phase2 = TinyVision.Bits(both);
        foreach (string name in start.Keys)
        {
            bool shared = name.EndsWith(".shared_prompt", StringComparison.Ordinal), head = name.StartsWith("head.", StringComparison.Ordinal);
            bool groups = name.EndsWith(".group_prompts", StringComparison.Ordinal) || name == "lpt.keys";
            Assert.Equal(shared || head, !start[name].SequenceEqual(phase1[name]));
            Assert.Equal(groups || head, !phase1[name].SequenceEqual(phase2[name]));
        }

        // Entering phase 2 changes no weight.
        task.Enter(1);
        task.Arrange(1);
        Assert.All(TinyVision.Bits(first), pair => Assert.Equal(phase1[pair.Key], pair.Value));
        Assert.True(first.Adapter is LptAdapter { Groups: true });
    }

    [Fact]
    public void A_model_without_a_second_phase_chooses_nothing()
    {
        using ImageModel model = _tiny.Load(Recipe([TinyVision.Stage(1)]));
        Assert.Throws<InvalidOperationException>(() => model.Choices(_pictures));
    }

    private static IEnumerable<Parameter> Named(ImageModel model, string suffix) => model.Parameters.Where(p => p.Name.EndsWith(suffix, StringComparison.Ordinal));

    private static void Values(ImageModel model, string suffix, Action<Tensor> change)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        Assert.All(Named(model, suffix), parameter => change(parameter.Value));
    }

    private static void Enter(ImageModel model, PromptPhase phase)
    {
        model.Adapter!.Enter(new StageRecipe { Prompts = phase });
        model.SetAdapter(stands: true);
    }

    private static void Plan(ImageModel model) => StagePlanner.Plan(TinyVision.Task(model, TinyVision.Examples(6, 6)), model.Recipe.Stages[1]);

    private static Recipe Recipe(StageRecipe[] stages, int sharedLayers = 1, int choices = 2, int pool = Pool, double matching = 1) => TinyVision.Recipe(
        new AdapterRecipe { Kind = AdapterKind.Lpt, Tokens = 2, SharedLayers = sharedLayers, Pool = pool, TopK = choices, Matching = matching, InitStd = 0.5 },
        new HeadRecipe { Kind = HeadKind.Cosine, Scale = 4, Dropout = 0 },
        stages);

    /// <summary>A model in phase 2, of large prompts.</summary>
    private ImageModel Load(int sharedLayers = 1, int choices = 2, int pool = Pool, double matching = 1)
    {
        ImageModel model = _tiny.Load(Recipe([TinyVision.Stage(1), TinyVision.Stage(1) with { Prompts = PromptPhase.Group }], sharedLayers, choices, pool, matching));
        Enter(model, PromptPhase.Group);
        return model;
    }
}
