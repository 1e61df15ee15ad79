using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

public sealed class AdapterTests : IDisposable
{
    private static readonly Dictionary<string, AdapterRecipe> Kinds = new()
    {
        ["lora"] = new() { Kind = AdapterKind.Lora, Rank = 3, Alpha = 5 },
        ["lora of one part"] = new() { Kind = AdapterKind.Lora, Rank = 2, Targets = ["key"], Layers = [1] },
        ["lora everywhere"] = new() { Kind = AdapterKind.Lora, Rank = 2, Alpha = 2, RankStabilized = true, Bias = AdapterBias.LoraOnly, Targets = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"] },
        ["dora"] = new() { Kind = AdapterKind.Lora, Rank = 3, Magnitude = true, Targets = ["query", "value", "intermediate.dense"] },
        ["ia3"] = new() { Kind = AdapterKind.Ia3, Targets = ["key", "value", "output.dense"], InputTargets = ["output.dense"] },
        ["prefix"] = new() { Kind = AdapterKind.Prefix, Tokens = 3 },
        ["projected prefix"] = new() { Kind = AdapterKind.Prefix, Tokens = 3, Projection = 5, InitStd = 0.5 },
        ["soft prompt"] = new() { Kind = AdapterKind.SoftPrompt, Tokens = 3 },
        ["projected soft prompt"] = new() { Kind = AdapterKind.SoftPrompt, Tokens = 3, Projection = 5, InitStd = 0.5 },
        ["parallel bottleneck"] = new() { Kind = AdapterKind.Bottleneck, Width = 4 },
        ["sequential bottleneck"] = new() { Kind = AdapterKind.Bottleneck, Width = 4, Placement = AdapterPlacement.Sequential, Layers = [0] },
        ["houlsby"] = new() { Kind = AdapterKind.Bottleneck, Width = 4, Placement = AdapterPlacement.Houlsby },
        ["bitfit"] = new() { Kind = AdapterKind.BitFit },
        ["layer norm"] = new() { Kind = AdapterKind.LayerNorm },
    };

    /// <summary>A head of large weights, through which what the adapter does is heard.</summary>
    private static readonly HeadRecipe Loud = new() { InitStd = 0.5 };

    private readonly TinyModel _tiny = new();

    public static IEnumerable<TheoryDataRow<string>> Names => Kinds.Keys.Select(name => new TheoryDataRow<string>(name));

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_the_finite_differences(string name)
    {
        using TextModel model = Load(name);
        Scatter(model);
        using DisposeScope scope = NewDisposeScope();
        using PackedBatch batch = Batch(model);
        Tensor weight = randn(batch.Sequences, 3, generator: new Generator(4));
        Parameter[] parameters = [.. model.Adapter!.Parameters, .. model.Adapter.BackboneParameters];
        float Loss() => model.Forward(batch, DropoutPlaces.Off).mul(weight).sum().item<float>();
        model.Forward(batch, DropoutPlaces.Off).mul(weight).sum().backward();
        double largest = parameters.Max(p => p.Value.grad!.abs().max().item<float>());

        // DoRA's norm is a constant to its gradient and not to the differences: only its magnitudes can be compared.
        FiniteDifferences.Check(parameters.Where(p => name != "dora" || p.Name.EndsWith("magnitude_vector", StringComparison.Ordinal)), Loss, 0.01f, 5, _ => 0.02 * largest);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_the_adapter_moves_it_and_the_head_alone(string name)
    {
        StageRecipe stage = TinyModel.Stage(4) with { Train = TrainScope.Adapter };
        Recipe recipe = TinyModel.Recipe(stage) with { Adapter = Kinds[name], Input = new InputRecipe { MaxLength = 20 } };
        using TextModel model = _tiny.Load(recipe), before = _tiny.Load(recipe);
        new TrainingLoop(TinyModel.Task(model, TinyModel.Examples(24, 3), []), recipe.Stages, RunFolder.Create(Path.Combine(_tiny.Folder, "run")), new LoopOptions { Seed = 1 }, progress: null).Run(CancellationToken.None);
        var trained = model.Head.Parameters.Concat(model.Adapter!.Parameters).Concat(model.Adapter.BackboneParameters).Select(p => p.Name).ToHashSet();
        Assert.All(before.Parameters.Zip(model.Parameters), pair => Assert.True(
            trained.Contains(pair.First.Name) != pair.First.Value.bytes.SequenceEqual(pair.Second.Value.bytes), pair.First.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_saved_model_predicts_what_it_predicted(string name)
    {
        using TextModel model = Load(name);
        Scatter(model);
        ExampleSet examples = TinyModel.Texts(model, TinyModel.Examples(20, 9)).Examples;
        float[] before = model.Probabilities(examples);
        string directory = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(model.Recipe, TinyModel.Labels, [5, 3, 1], 0.55).Save(model, directory);
        Assert.Equal(before, model.Probabilities(examples));
        (_, ClassifierModel loaded) = TunedModel.Load(directory);
        using (loaded)
        {
            Assert.All(before.Zip(loaded.Probabilities(examples)), x => Assert.Equal(x.First, x.Second, 1e-5f));
            Assert.Equal(!model.Adapter!.CanMerge, loaded.AdapterStands);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Taken_away_it_leaves_the_backbone_as_it_was_and_merged_it_changes_nothing(string name)
    {
        using TextModel model = Load(name), plain = _tiny.Load(TinyModel.Recipe(TinyModel.Stage(1)) with { Head = Loud, Input = new InputRecipe { MaxLength = 20 } });
        ExampleSet examples = TinyModel.Texts(model, TinyModel.Examples(20, 9)).Examples;
        float[] untouched = plain.Probabilities(examples);
        model.SetAdapter(false);
        Assert.Equal(untouched, model.Probabilities(examples));
        model.SetAdapter(true);
        if (model.Adapter!.Parameters.Count > 0 && model.Recipe.Adapter.Kind is AdapterKind.Lora or AdapterKind.Ia3 or AdapterKind.Bottleneck)
        {
            // These start as the identity.
            Assert.All(untouched.Zip(model.Probabilities(examples)), x => Assert.Equal(x.First, x.Second, 1e-5f));
        }

        Scatter(model);
        float[] adapted = model.Probabilities(examples);
        Assert.True(untouched.Zip(adapted).Max(x => Math.Abs(x.First - x.Second)) > 1e-3, "the adapter does nothing");
        if (model.Adapter.CanMerge)
        {
            model.MergeAdapter();
            Assert.False(model.AdapterStands);
            Assert.All(adapted.Zip(model.Probabilities(examples)), x => Assert.Equal(x.First, x.Second, 1e-5f));
        }
    }

    [Fact]
    public void Lora_dropout_acts_in_training_alone_and_is_named_by_the_pass()
    {
        using TextModel model = _tiny.Load(TinyModel.Recipe(TinyModel.Stage(1)) with { Adapter = Kinds["lora"] with { Dropout = 0.5 } });
        Scatter(model);
        using DisposeScope scope = NewDisposeScope();
        using PackedBatch batch = Batch(model);
        using var _ = no_grad();
        Tensor Sum(DropoutPlaces dropout) => model.Forward(batch, dropout);
        Tensor off = Sum(DropoutPlaces.Off);
        model.Adapter!.Begin(new DropoutPlaces(1, 1, training: true));
        Assert.True(off.equal(Sum(DropoutPlaces.Off)).all().ToBoolean());
        Assert.True(Sum(new DropoutPlaces(1, 1, training: true)).equal(Sum(new DropoutPlaces(1, 1, training: true))).all().ToBoolean());
        Assert.False(Sum(new DropoutPlaces(1, 1, training: true)).equal(Sum(new DropoutPlaces(1, 2, training: true))).all().ToBoolean());
    }

    [Fact]
    public void What_the_model_does_not_have_is_refused()
    {
        void Refused(AdapterRecipe adapter, string expected, int maxLength = 20) => Assert.Contains(
            expected,
            Assert.Throws<InputException>(() => _tiny.Load(TinyModel.Recipe(TinyModel.Stage(1)) with { Adapter = adapter, Input = new InputRecipe { MaxLength = maxLength } })).Message,
            StringComparison.Ordinal);
        Refused(Kinds["lora"] with { Rank = 17 }, "adapter.r 17 is above the width of bert.encoder.layer.0.attention.self.query, 16 x 16");
        Refused(Kinds["lora"] with { Layers = [1, 2] }, "adapter.layers names layer 2, and the encoder has the layers 0 to 1");
        Refused(Kinds["lora"] with { Targets = ["query", "values"] }, "adapter.targets names 'values', which is no module of this encoder");
        Refused(Kinds["lora"] with { Bias = AdapterBias.LoraOnly }, "name all three in targets");
        Refused(Kinds["ia3"] with { InputTargets = ["key"] }, "scale its outputs");
        Refused(Kinds["houlsby"] with { Layers = [7] }, "adapter.layers names layer 7");
        Refused(Kinds["prefix"], "max length 22 is over the model's 24 positions (max_position_embeddings), of which the adapter takes 3; use 21 or less", 22);
    }

    private TextModel Load(string name) => _tiny.Load(TinyModel.Recipe(TinyModel.Stage(1)) with { Adapter = Kinds[name], Head = Loud, Input = new InputRecipe { MaxLength = 20 } });

    private static PackedBatch Batch(TextModel model) => PackedBatch.Of([.. TinyModel.Examples(5, 6).Select(e => model.Input.Tokenize(e.Text, null))]);

    /// <summary>Moves the adapter's parameters off where they start, which for many is the identity.</summary>
    private static void Scatter(TextModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        var generator = new Generator(8);
        foreach (Parameter parameter in model.Adapter!.Parameters.Concat(model.Adapter.BackboneParameters))
        {
            parameter.Value.add_(randn(parameter.Value.shape, generator: generator).mul(0.3));
        }
    }
}
