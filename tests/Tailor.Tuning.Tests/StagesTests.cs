using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Runs of several stages, with adapters and regularisers, that are stopped and resumed.</summary>
public sealed class StagesTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [InlineData("eh-ft-lora")]
    [InlineData("eh-ft-bitfit")]
    [InlineData("eh-ft-lora-reserve")]
    [InlineData("child-tuning")]
    [InlineData("mixout")]
    [InlineData("two-stage")]
    public void A_run_stopped_at_any_step_and_resumed_has_the_bits_of_one_that_was_not(string name)
    {
        Recipe whole = RecipeCatalogue.Load(name);
        Recipe recipe = RecipeCatalogue.Load(name, ["input.max_length=20", .. whole.Stages.SelectMany((_, i) => new[] { "epochs=null", "steps=6", "eval_every=4", "batch_size=8", "lr=1e-3", "warmup=0" }.Select(set => $"stages.{i}.{set}"))]);
        string expected = Run(recipe, "whole", int.MaxValue).Bits;
        for (int every = 1; every <= 5; every += 2)
        {
            (bool stopped, string bits) = (true, "");
            for (int part = 0; stopped; part++)
            {
                Assert.True(part < 20, "the run does not come to its end");
                (stopped, bits) = Run(recipe, $"every {every}", every);
            }

            Assert.Equal(expected, bits);
        }
    }

    [Fact]
    public void The_last_weights_are_kept_where_the_stage_says_so()
    {
        // A rate that spoils the model after its first evaluation, so that the best weights are not the last.
        StageRecipe stage = TinyModel.Stage(12) with { EvalEvery = 1, Lr = 0.5, Schedule = ScheduleKind.Constant };
        string[] bits = [.. new[] { KeptWeights.Best, KeptWeights.Last }.Select(keep => Run(TinyModel.Recipe(stage with { Keep = keep, Metric = "log_loss" }), keep.ToString(), int.MaxValue).Bits)];
        string last = Run(TinyModel.Recipe(stage with { EvalEvery = 100 }), "no evaluation but the last", int.MaxValue).Bits;
        Assert.Equal(last, bits[1]);
        Assert.NotEqual(last, bits[0]);
    }

    [Fact]
    public void Mixout_draws_every_weight_from_where_it_started_or_moves_it_on()
    {
        using TextModel model = _tiny.Load(TinyModel.Recipe(TinyModel.Stage(1)));
        Linear linear = model.Backbone.Encoder.Sites.Layers[0].Linears[1];
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor start = linear.Weight.Value.clone();
        linear.Weight.Value.add_(1);
        using (var mixout = new Mixout(model, 0.75))
        {
            using PackedBatch batch = PackedBatch.Of([model.Input.Tokenize("apple", null)]);
            Tensor evaluated = model.Forward(batch, DropoutPlaces.Off), mixed = mixout.Forward(batch, new DropoutPlaces(1, 1, training: true));
            Assert.False(evaluated.equal(mixed).all().ToBoolean());
            Assert.True(mixed.equal(mixout.Forward(batch, new DropoutPlaces(1, 1, training: true))).all().ToBoolean());
            Assert.True(evaluated.equal(model.Forward(batch, DropoutPlaces.Off)).all().ToBoolean());
        }

        Assert.Null(linear.Adapter);

        // One layer looked at alone: of W0 + 1, three quarters of the entries are W0 and the rest W0 + 4.
        using var mixed2 = new Mixout(model, 0.75);
        float[] moved = mixed2.Weight(linear, new DropoutPlaces(1, 1, training: true)).sub(start).flatten().data<float>().ToArray();
        Assert.All(moved, value => Assert.True(Math.Abs(value) < 1e-5 || Math.Abs(value - 4) < 1e-5, $"{value}"));
        Assert.InRange(moved.Count(value => value < 2), 160, 224);
    }

    [Theory]
    [InlineData("stages.0.backbone=pretrained", "stage 0 says where its weights start")]
    [InlineData("stages.1.adapter=merge", "stage 1 merges the adapter and puts the pretrained backbone back")]
    [InlineData("adapter=none", "stage 0 trains an adapter, and there is none")]
    [InlineData("stages.0.mixout=0.5", "stage 0 has mixout beside an adapter")]
    [InlineData("adapter.kind=prefix", "means nothing with adapter kind prefix")]
    [InlineData("stages.1.train=adapter", "stage 1 trains an adapter, and there is none")]
    [InlineData("adapter.targets=[]", "no targets")]
    [InlineData("adapter.targets=[query, ?]", "'?'; expected the end of a module's path")]
    [InlineData("adapter.layers=[0, -1]", "'-1'; expected a whole number from 0 to 999")]
    public void Stages_that_mean_nothing_are_refused(string set, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => RecipeCatalogue.Load("eh-ft-lora", [set])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_prefix_cannot_be_merged() =>
        Assert.Contains("no plain weight can hold", Assert.Throws<InputException>(() => RecipeCatalogue.Load("eh-ft-prefix", ["stages.1.adapter=merge", "stages.1.backbone=previous"])).Message, StringComparison.Ordinal);

    private (bool Stopped, string Bits) Run(Recipe recipe, string name, int stopAfter)
    {
        using TextModel model = _tiny.Load(recipe);
        using var stop = new CancellationTokenSource();
        int done = 0;
        string path = Path.Combine(_tiny.Folder, name);
        RunFolder folder = Directory.Exists(path) ? new RunFolder(path) : RunFolder.Create(path);
        var listener = new Listener(e =>
        {
            if (e is StepDone && ++done == stopAfter)
            {
                stop.Cancel();
            }
        });
        LoopResult result = new TrainingLoop(TinyModel.Task(model, TinyModel.Examples(24, 1), TinyModel.Examples(12, 2)), recipe.Stages, folder, new LoopOptions { Seed = 3 }, listener).Run(stop.Token);
        return (result.Stopped, TinyModel.Bits(model));
    }
}
