namespace Tailor.Tuning.Tests;

public class DoubleCorrectionsTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => RecipeCatalogue.Names.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void No_recipe_of_the_catalogue_corrects_twice(string name) => Assert.Empty(DoubleCorrections.Of(RecipeCatalogue.Load(name)));

    [Theory]
    [InlineData("cls-tanh", "stages.0.sampler=class_balanced stages.0.loss.kind=logit_adjusted", "training makes up for the classes' sizes twice (sampler class_balanced, loss logit_adjusted)")]
    [InlineData("cls-tanh", "stages.0.loss.kind=balanced_softmax stages.0.loss.class_weights=balanced", "training makes up for the classes' sizes twice (class_weights balanced, loss balanced_softmax)")]
    [InlineData("cls-tanh", "stages.0.sampler=dual stages.0.loss.kind=seesaw stages.0.loss.class_weights=balanced", "3 times (sampler dual, class_weights balanced, loss seesaw)")]
    [InlineData("cls-tanh", "stages.0.sampler=square_root calibration.kind=logit_adjustment", "the recipe makes up for the classes' sizes twice (sampler square_root, calibration logit_adjustment)")]
    [InlineData("balanced-softmax", "calibration.kind=logit_adjustment", "(loss balanced_softmax, calibration logit_adjustment)")]
    [InlineData("cls-weighted", "calibration.kind=tau_norm", "(class_weights effective_number, calibration tau_norm)")]
    [InlineData("two-stage-augmented", "stages.0.sampler=class_aware", "stage 1 makes up for the classes' sizes twice (data augmented, sampler class_aware)")]
    [InlineData("logit-adjustment", "stages.0.loss.kind=vector_scaling stages.0.loss.gamma=0.1", "(loss vector_scaling, calibration logit_adjustment)")]
    public void Two_means_in_one_recipe_warn(string name, string overrides, string expected)
    {
        string warning = Assert.Single(DoubleCorrections.Of(RecipeCatalogue.Load(name, overrides.Split(' '))));
        Assert.StartsWith("warning: ", warning, StringComparison.Ordinal);
        Assert.Contains(expected, warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cls-weighted", "calibration.kind=crt")]
    [InlineData("cls-weighted", "calibration.kind=ncm")]
    [InlineData("cls-weighted", "calibration.kind=lws")]
    [InlineData("cls-weighted", "calibration.kind=temperature")]
    [InlineData("cls-weighted", "calibration.kind=logit_adjustment calibration.tau=0")]
    [InlineData("two-stage", "calibration.kind=logit_adjustment")]
    [InlineData("cls-tanh", "stages.0.sampler=class_aware stages.0.loss.kind=logit_adjusted stages.0.loss.tau=0")]
    [InlineData("cls-tanh", "stages.0.sampler=class_aware stages.0.loss.kind=focal stages.0.loss.gamma=2")]
    public void What_begins_anew_or_corrects_nothing_does_not_warn(string name, string overrides) => Assert.Empty(DoubleCorrections.Of(RecipeCatalogue.Load(name, overrides.Split(' '))));

    [Fact]
    public void A_retrained_classifier_that_is_adjusted_too_warns()
    {
        Recipe recipe = RecipeCatalogue.Load("crt");
        recipe = recipe with { Calibrations = [.. recipe.Calibrations, new CalibrationRecipe { Kind = CalibrationKind.LogitAdjustment }] };
        Assert.Contains("(calibration crt, calibration logit_adjustment)", Assert.Single(DoubleCorrections.Of(recipe)), StringComparison.Ordinal);
    }
}
