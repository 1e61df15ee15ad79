using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Training on pictures: frozen blocks run once, and a run that was killed has the bits of one that was not.</summary>
public sealed class PictureStagesTests : IDisposable
{
    private static readonly AdapterRecipe Lpt = new() { Kind = AdapterKind.Lpt, Tokens = 2, SharedLayers = 2, Pool = 5, TopK = 2 };
    private static readonly StageRecipe Shared = TinyVision.Stage(6) with
    {
        Optimizer = OptimizerKind.Sgd,
        Lr = 0.05,
        Momentum = 0.9,
        WeightDecay = 0.01,
        Sampler = SamplerKind.Dual,
        Loss = LossRecipe.Of(LossKind.AsymmetricGcl),
        Metric = "accuracy",
    };

    private static readonly StageRecipe Group = Shared with { Prompts = PromptPhase.Group };

    private readonly TinyVision _tiny = new();
    private readonly LabelledExamples _train = TinyVision.Examples(40, 1), _dev = TinyVision.Examples(20, 2);

    public void Dispose() => _tiny.Dispose();

    public static TheoryData<string> Kinds => new("lpt", "lpt, then its head", "linear probe", "vpt-shallow, then its head", "adaptformer in the last block");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_on_frozen_states_is_training_on_the_pictures(string kind)
    {
        Recipe recipe = Recipe(kind);
        using ImageModel kept = _tiny.Load(recipe), again = _tiny.Load(recipe), fresh = _tiny.Load(recipe);
        using var pool = new FrozenStatePool();
        var pictures = (PictureSet)_train.Examples;
        PictureSet varying = pictures.Varying(), varyingDev = ((PictureSet)_dev.Examples).Varying();
        Assert.False(_tiny.Train(TinyVision.Task(kept, _train, _dev, pool), recipe.Stages, "kept").Stopped);
        Assert.False(_tiny.Train(TinyVision.Task(again, _train with { Examples = varying }, _dev with { Examples = varyingDev }), recipe.Stages, "again").Stopped);
        using DisposeScope scope = NewDisposeScope();
        Assert.All(kept.Parameters.Zip(again.Parameters), pair => Assert.True(pair.First.Value.allclose(pair.Second.Value, 1e-4, 1e-5), pair.First.Name));
        Assert.Contains(kept.Parameters.Zip(fresh.Parameters), pair => !pair.First.Value.equal(pair.Second.Value).all().item<bool>());

        // Each step of a stage without frozen blocks loads its pictures, and such a stage with them loads all at once.
        int frozenStages = recipe.Stages.Count(stage => stage.Prompts == PromptPhase.Group || stage.Train == TrainScope.Head || recipe.Adapter.Layers.Count > 0);
        Assert.Equal(((recipe.Stages.Count - frozenStages) * 6) + frozenStages, pictures.Loads);
        Assert.Equal(recipe.Stages.Count * 6, varying.Loads);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(6, false)]
    [InlineData(7, false)]
    [InlineData(4, true)]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(9, true)]
    [InlineData(12, true)]
    public void A_run_ended_anywhere_and_resumed_has_the_bits_of_one_that_was_not(int steps, bool killed)
    {
        Recipe recipe = Recipe("lpt");
        using ImageModel whole = _tiny.Load(recipe);
        _tiny.Train(TinyVision.Task(whole, _train, _dev), recipe.Stages, "whole");
        bool done = false;
        for (int session = 0; !done; session++)
        {
            using ImageModel model = _tiny.Load(recipe);
            using var stop = new CancellationTokenSource();
            int left = killed && session > 0 ? int.MaxValue : steps;
            var progress = new Listener(told =>
            {
                if (told is StepDone && --left == 0)
                {
                    stop.Cancel();
                    if (killed)
                    {
                        throw new OperationCanceledException(stop.Token);
                    }
                }
            });
            try
            {
                done = !_tiny.Train(TinyVision.Task(model, _train, _dev), recipe.Stages, "parts", progress, stop).Stopped;
            }
            catch (OperationCanceledException)
            {
                Assert.True(killed);
            }

            if (done)
            {
                Assert.True(session > 0);
                Assert.Equal(TinyVision.Bits(whole), TinyVision.Bits(model));
                Assert.True(model.Adapter is LptAdapter { Groups: true });
            }
        }
    }

    [Fact]
    public void States_kept_with_queries_are_not_those_without()
    {
        Recipe recipe = Recipe("lpt");
        using ImageModel model = _tiny.Load(recipe);
        using var pool = new FrozenStatePool();
        FrozenStates shared = pool.Get(model, _train.Examples, 2);
        model.Adapter!.Enter(Group);
        model.SetAdapter(stands: true);
        FrozenStates queries = pool.Get(model, _train.Examples, 2);
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal((20, 22), (shared.Of([3, 1], CPU).shape[0], queries.Of([3, 1], CPU).shape[0]));
        Assert.Same(queries, pool.Get(model, _train.Examples, 2));

        // The query has gone through the last block, whose weights lie above the states.
        using (no_grad())
        {
            model.Parameters.Single(p => p.Name == "vit.encoder.layer.2.shared_prompt").Value.add_(0.5f);
        }

        Assert.NotSame(queries, pool.Get(model, _train.Examples, 2));
    }

    private static Recipe Recipe(string kind)
    {
        var cosine = new HeadRecipe { Kind = HeadKind.Cosine, Scale = 1, Dropout = 0.1, Init = HeadInit.Uniform };
        return kind switch
        {
            "lpt" => TinyVision.Recipe(Lpt, cosine, Shared, Group),
            "lpt, then its head" => TinyVision.Recipe(Lpt, cosine, Shared, Group, Group with { Train = TrainScope.Head }),
            "linear probe" => TinyVision.Recipe(null, null, TinyVision.Stage(6) with { Train = TrainScope.Head }),
            "vpt-shallow, then its head" => TinyVision.Recipe(
                new AdapterRecipe { Kind = AdapterKind.SoftPrompt, Tokens = 3 }, null, TinyVision.Stage(6), TinyVision.Stage(6) with { Train = TrainScope.Head }),
            _ => TinyVision.Recipe(new AdapterRecipe { Kind = AdapterKind.AdaptFormer, Width = 4, Layers = [2] }, null, TinyVision.Stage(6)),
        };
    }
}
