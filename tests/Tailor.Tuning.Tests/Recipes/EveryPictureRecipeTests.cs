using Tailor.Engine;

namespace Tailor.Tuning.Tests;

/// <summary>Trains every recipe of pictures for a few steps and looks, bit for bit, at what each stage moved.</summary>
public sealed class EveryPictureRecipeTests : IDisposable
{
    private readonly TinyVision _tiny = new();

    public static IEnumerable<TheoryDataRow<string>> Names => RecipeCatalogue.Names.Where(name => RecipeCatalogue.Load(name).Input.ReadsPictures).Select(name => new TheoryDataRow<string>(name));

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_stage_trains_what_it_says_and_nothing_else(string name)
    {
        Recipe recipe = Short(name);
        LabelledExamples train = TinyVision.Examples(24, 3), dev = TinyVision.Examples(10, 4);
        using ImageModel fresh = _tiny.Load(recipe);
        Dictionary<string, byte[]> before = TinyVision.Bits(fresh);
        for (int stages = 1; stages <= recipe.Stages.Count; stages++)
        {
            using ImageModel model = _tiny.Load(recipe);
            _tiny.Train(TinyVision.Task(model, train, dev), [.. recipe.Stages.Take(stages)], $"run-{stages}");
            Dictionary<string, byte[]> after = TinyVision.Bits(model);
            StageRecipe last = recipe.Stages[stages - 1];
            Assert.All(after.Keys, parameter => Assert.True(Trains(recipe.Adapter.Kind, last, parameter) != after[parameter].SequenceEqual(before[parameter]), parameter));
            before = after;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_tuned_model_of_it_predicts_what_it_predicted(string name)
    {
        Recipe recipe = Short(name);
        using ImageModel model = _tiny.Load(recipe);
        _tiny.Train(TinyVision.Task(model, TinyVision.Examples(24, 3)), recipe.Stages, "run");
        ExampleSet examples = TinyVision.Examples(12, 9).Examples;
        float[] before = model.Probabilities(examples);
        string saved = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(recipe, TinyVision.Labels, [12, 8, 4], 0.55).Save(model, saved);
        (TunedModel description, ClassifierModel loaded) = TunedModel.Load(saved);
        using (loaded)
        {
            Assert.Equal(recipe, description.Recipe);
            Assert.All(before.Zip(loaded.Probabilities(examples)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Fact]
    public void Lift_and_its_kin_differ_in_the_adapter_alone()
    {
        Recipe lift = RecipeCatalogue.Load("lift");
        Assert.Equal(new HeadRecipe { Kind = HeadKind.Cosine, Scale = 25, Init = HeadInit.ClassMeans, Dropout = 0 }, lift.Head);
        Assert.Equal(
            new StageRecipe
            {
                Train = TrainScope.Adapter,
                Epochs = 10,
                Lr = 0.01,
                Optimizer = OptimizerKind.Sgd,
                Momentum = 0.9,
                WeightDecay = 5e-4,
                BatchSize = 128,
                Schedule = ScheduleKind.Cosine,
                Warmup = 0,
                Clip = 0,
                Loss = LossRecipe.Of(LossKind.LogitAdjusted),
                Keep = KeptWeights.Last,
                Metric = "accuracy",
            },
            Assert.Single(lift.Stages));
        Assert.All(new[] { "lift-adapter", "lift-bitfit", "lift-layer-norm", "lift-lora", "lift-ssf", "lift-vpt" }, name =>
        {
            Recipe other = RecipeCatalogue.Load(name);
            Assert.Equal(lift with { Name = other.Name, Summary = other.Summary, Paper = other.Paper, Adapter = other.Adapter }, other);
            Assert.NotEqual(lift.Adapter, other.Adapter);
        });
        Assert.Equal(new AdapterRecipe { Kind = AdapterKind.Lora, Rank = null, Alpha = 1 }, RecipeCatalogue.Load("lift-lora").Adapter);
    }

    [Fact]
    public void Lpt_follows_its_paper()
    {
        Recipe lpt = RecipeCatalogue.Load("lpt");
        Assert.Equal(new AdapterRecipe { Kind = AdapterKind.Lpt, Tokens = 10, SharedLayers = 6, Pool = 20, TopK = 2, Matching = 1, InitStd = 0.02 }, lpt.Adapter);
        var stage = new StageRecipe
        {
            Train = TrainScope.Adapter,
            Epochs = 40,
            Lr = 0.02,
            Optimizer = OptimizerKind.Sgd,
            Momentum = 0.9,
            WeightDecay = 0.01,
            BatchSize = 256,
            Schedule = ScheduleKind.Cosine,
            Warmup = 1 / 40.0,
            Clip = 0,
            Sampler = SamplerKind.Dual,
            SamplesPerClass = 4,
            InstanceWeight = 0.5,
            Loss = LossRecipe.Of(LossKind.AsymmetricGcl),
            Metric = "accuracy",
        };
        Assert.Equal([stage, stage with { Prompts = PromptPhase.Group }], lpt.Stages);
        Assert.Equal([stage with { Epochs = 80, Warmup = 1 / 80.0 }], RecipeCatalogue.Load("lpt-shared").Stages);
    }

    /// <summary>The recipe with four steps a stage, for a model of three blocks.</summary>
    private static Recipe Short(string name)
    {
        Recipe whole = RecipeCatalogue.Load(name);
        IEnumerable<string> shorter = whole.Stages.SelectMany((_, i) => new[] { "epochs=null", "steps=4", "batch_size=8", "lr=0.1", "warmup=0", "keep=last" }.Select(set => $"stages.{i}.{set}"));
        return RecipeCatalogue.Load(name, [.. whole.Adapter.Kind == AdapterKind.Lpt ? ["adapter.shared_layers=1", "adapter.pool=2"] : Array.Empty<string>(), .. shorter]);
    }

    /// <summary>Written apart from the planner, by names alone.</summary>
    private static bool Trains(AdapterKind adapter, StageRecipe stage, string name)
    {
        bool inBlock = name.StartsWith("vit.encoder.layer.", StringComparison.Ordinal);
        return name.StartsWith("head.", StringComparison.Ordinal) || stage.Train == TrainScope.All || (stage.Train == TrainScope.Adapter && adapter switch
        {
            AdapterKind.Lora => name.Contains(".lora_", StringComparison.Ordinal),
            AdapterKind.SoftPrompt => name.StartsWith("prompt_encoder.", StringComparison.Ordinal),
            AdapterKind.DeepPrompt => name.EndsWith(".prompt", StringComparison.Ordinal),
            AdapterKind.AdaptFormer => name.Contains(".adaptformer.", StringComparison.Ordinal),
            AdapterKind.Ssf => name.Contains(".ssf_", StringComparison.Ordinal),
            AdapterKind.BitFit => inBlock && name.EndsWith("bias", StringComparison.Ordinal),
            AdapterKind.LayerNorm => name.Contains("layernorm", StringComparison.Ordinal),
            AdapterKind.Lpt when stage.Prompts == PromptPhase.Shared => name.EndsWith(".shared_prompt", StringComparison.Ordinal),
            AdapterKind.Lpt => name.EndsWith(".group_prompts", StringComparison.Ordinal) || name == "lpt.keys",
            _ => throw new InvalidOperationException($"no names for {adapter}"),
        });
    }
}
