using Tailor.Engine;

namespace Tailor.Tuning.Tests;

public class RecipeWriterTests
{
    private static readonly Recipe Full = new()
    {
        Name = "null",
        Summary = "odd: text # with 'quotes', \"more\" and 打印",
        Paper = "null",
        Input = new InputRecipe { MaxLength = 512 },
        Head = new HeadRecipe { Activation = HeadActivation.Relu, Dropout = 0.25, InitStd = 1.0 / 3 },
        Stages =
        [
            new StageRecipe
            {
                Train = TrainScope.Head, Steps = 7, TokensPerBatch = 4096, Warmup = 3,
                Optimizer = OptimizerKind.Sgd, Momentum = 0.9, Nesterov = true, Schedule = ScheduleKind.Polynomial, Power = 2, LrEnd = 1e-7,
            },
            new StageRecipe
            {
                Epochs = 0.5, HeadLr = 1e-3, Beta1 = 0.8, Beta2 = 0.99, Eps = 1e-12, WeightDecay = 0.01,
                Schedule = ScheduleKind.Constant, Clip = 0, Sampler = SamplerKind.Sequential, EvalEvery = 5, Metric = "log_loss", Patience = 1.5,
                Loss = new LossRecipe { LabelSmoothing = 0.1, ClassWeights = ClassWeights.EffectiveNumber, Beta = 0.9, WeightPower = 0.5, WeightsFrom = 0.8, Normalize = Normalize.WeightSum },
            },
            new StageRecipe { Epochs = 2, Sampler = SamplerKind.Dual, SamplesPerClass = 2, InstanceWeight = 0.25, Data = StageData.Augmented },
            new StageRecipe { Epochs = 2, Sampler = SamplerKind.RepeatFactor, RepeatThreshold = 0.01 },
            new StageRecipe { Epochs = 2, Sampler = SamplerKind.EffectiveNumber, SamplerBeta = 0.99 },
            new StageRecipe { Epochs = 1, Accumulate = 4, Schedule = ScheduleKind.Cosine, Loss = new LossRecipe { Kind = LossKind.FocalGlee, Gamma = 1, ClassWeights = ClassWeights.Balanced } },
        ],
        Calibrations = [new CalibrationRecipe { Kind = CalibrationKind.EtaNorm, Eta = 0.7 }, new CalibrationRecipe { Kind = CalibrationKind.LogitAdjustment, Tau = 0.5 }, new CalibrationRecipe { Kind = CalibrationKind.Temperature }],
    };

    [Fact]
    public void Every_value_survives_writing_and_reading()
    {
        string yaml = RecipeWriter.ToYaml(Full);
        Assert.Equal(Full, RecipeReader.Parse(yaml, "written"));
        Assert.Equal(yaml, RecipeWriter.ToYaml(RecipeReader.Parse(yaml, "written")));
    }

    [Theory]
    [InlineData("head=cosine head.scale=1 head.init=uniform head.dropout=0 stages.0.loss=asymmetric_gcl stages.0.loss.instance_gamma_negative=7 stages.0.loss.label_smoothing=0.2 stages.0.sampler=dual")]
    [InlineData("head=cosine head.scale=1 stages.0.loss=gcl stages.0.loss.margin=0 stages.0.loss.scale=30 stages.0.loss.noise=0.4")]
    [InlineData("head=linear head.init=class_means head.init_examples=100")]
    [InlineData("head=linear head.init=zeros adapter.kind=lora adapter.r=auto")]
    [InlineData("head=cosine head.init=linear_probe adapter.kind=bottleneck adapter.width=auto")]
    public void Heads_losses_and_auto_survive_writing_and_reading(string overrides)
    {
        Recipe recipe = RecipeCatalogue.Load("cls-tanh", overrides.Split(' '));
        string yaml = RecipeWriter.ToYaml(recipe);
        Assert.Equal(recipe, RecipeReader.Parse(yaml, "written"));
        Assert.NotEqual(RecipeCatalogue.Load("cls-tanh"), recipe);
    }

    [Fact]
    public void Recipes_that_differ_in_a_later_stage_are_not_equal() => Assert.NotEqual(Full, Full with { Stages = [Full.Stages[0], Full.Stages[1], Full.Stages[2] with { Lr = 1 }] });

    [Fact]
    public void Defaults_are_written_and_keys_without_meaning_are_not()
    {
        string yaml = RecipeWriter.ToYaml(RecipeCatalogue.Load("cls-tanh"));
        string[] lines = yaml.Split('\n').Select(line => line.Trim(' ', '-')).ToArray();
        Assert.All(new[] { "adapter: none", "init_std: 0.02", "lr: 1e-05", "beta2: 0.999", "head_lr: null", "sampler: random", "class_weights: none" }, line => Assert.Contains(line, lines));
        Assert.All(new[] { "momentum", "power", "gamma", "beta", "eta", "tau", "samples_per_class", "instance_weight", "weights_from" }, key => Assert.DoesNotContain(lines, line => line.StartsWith(key + ":", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_calibration_survives_alone_and_none_is_none()
    {
        Recipe plain = RecipeCatalogue.Load("cls-tanh");
        foreach (CalibrationKind kind in Enum.GetValues<CalibrationKind>())
        {
            Recipe recipe = plain with { Calibrations = kind == CalibrationKind.None ? [] : [new CalibrationRecipe { Kind = kind }] };
            Assert.Equal(recipe, RecipeReader.Parse(RecipeWriter.ToYaml(recipe), "written"));
        }

        Assert.Empty(RecipeReader.Parse(RecipeWriter.ToYaml(plain), "written").Calibrations);
    }
}
