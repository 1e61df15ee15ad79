using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

public class RecipeOverrideTests
{
    [Fact]
    public void Overrides_reach_every_depth_and_the_last_one_wins()
    {
        Recipe recipe = RecipeCatalogue.Load("cls-tanh", ["stages.0.lr=3e-5", "head.activation=relu", "stages.0.loss.label_smoothing=0.1", "stages.0.lr=4e-5", "calibration.kind=eta_norm"]);
        Recipe plain = RecipeCatalogue.Load("cls-tanh");
        StageRecipe stage = plain.Stages[0];
        Assert.Equal(
            plain with
            {
                Head = plain.Head with { Activation = HeadActivation.Relu },
                Stages = [stage with { Lr = 4e-5, Loss = stage.Loss with { LabelSmoothing = 0.1 } }],
                Calibrations = [new CalibrationRecipe { Kind = CalibrationKind.EtaNorm }],
            },
            recipe);
    }

    [Fact]
    public void Null_takes_a_key_away()
    {
        StageRecipe stage = RecipeCatalogue.Load("cls-tanh", ["stages.0.epochs=null", "stages.0.steps=50", "stages.0.patience=null", "stages.0.eps=~"]).Stages[0];
        Assert.Equal((null, 50, null, 1e-8), (stage.Epochs, stage.Steps, stage.Patience, stage.Eps));
    }

    [Fact]
    public void Calibrations_are_reached_alone_and_in_a_list()
    {
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.TauNorm, Tau = 0.5 }], RecipeCatalogue.Load("tau-norm", ["calibration.tau=0.5"]).Calibrations);
        Assert.Equal(
            [new CalibrationRecipe { Kind = CalibrationKind.LogitAdjustment, Tau = 1 }, new CalibrationRecipe { Kind = CalibrationKind.Temperature }],
            RecipeCatalogue.Load("logit-adjustment", ["calibration.0.tau=1"]).Calibrations);
        Assert.Empty(RecipeCatalogue.Load("ncm", ["calibration.kind=none"]).Calibrations);
    }

    [Fact]
    public void The_weights_of_cls_weighted_are_chosen_by_one_key() => Assert.Equal(
        ClassWeights.InverseFrequency,
        RecipeCatalogue.Load("cls-weighted", ["stages.0.loss.class_weights=inverse_frequency"]).Stages[0].Loss.ClassWeights);

    [Theory]
    [InlineData("stages.0.lrr=1", "--set stages.0.lrr=1: unknown key 'lrr' (did you mean 'lr'?)")]
    [InlineData("haed.activation=relu", "--set haed.activation=relu: unknown key 'haed' (did you mean 'head'?)")]
    [InlineData("stages.0.lr=-1", "--set stages.0.lr=-1: '-1'; expected a number above 0 and at most 10")]
    [InlineData("stages.1.lr=1", "--set stages.1.lr=1: '1' is not a position in 'stages'; it has 1, counted from 0: write stages.0")]
    [InlineData("stages.lr=1", "--set stages.lr=1: 'lr' is not a position in 'stages'")]
    [InlineData("stages.0=1", "--set stages.0=1: '1'; expected keys and values")]
    [InlineData("name.first=a", "--set name.first=a: 'name' is a value; it has no keys to set")]
    [InlineData("stages.0.steps=5", "--set stages.0.steps=5: both epochs and steps; give one of them; --set PATH=null takes the other away")]
    [InlineData("stages.0.loss.gamma=2", "--set stages.0.loss.gamma=2: gamma means nothing with kind cross_entropy")]
    [InlineData("head", "--set head: not an override; write a dotted path")]
    [InlineData("=1", "--set =1: not an override")]
    [InlineData("a..b=1", "--set a..b=1: not an override")]
    [InlineData("head.activation=a\nb", "--set head.activation=a b: 'a b'")]
    public void A_wrong_override_is_refused_in_its_own_words(string text, string expected)
    {
        InputException fault = Assert.Throws<InputException>(() => RecipeCatalogue.Load("cls-tanh", [text]));
        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overriding_with_a_nearby_fault_still_names_the_file_for_what_the_file_says()
    {
        InputException fault = Assert.Throws<InputException>(() => RecipeCatalogue.Load("cls-eta", ["calibration.kind=none"]));
        Assert.StartsWith("recipes/cls-eta.yaml:25: calibration.eta: eta means nothing without kind eta_norm; remove eta, or set it to null", fault.Message, StringComparison.Ordinal);
    }
}
