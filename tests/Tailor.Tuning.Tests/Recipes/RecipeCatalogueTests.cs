using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

public class RecipeCatalogueTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => RecipeCatalogue.Names.Select(name => new TheoryDataRow<string>(name));

    [Fact]
    public void The_recipes_of_cls_tuning_are_there() =>
        Assert.Superset(new HashSet<string> { "cls-tanh", "cls-relu", "cls-eta", "cls-focal-glee", "cls-focal", "cls-weighted" }, RecipeCatalogue.Names.ToHashSet());

    [Fact]
    public void Every_row_of_glees_table_is_there() => Assert.Superset(
        new HashSet<string>
        {
            "cls-tanh", "cls-eta", "cls-focal-glee", "prompt", "prompt-focal-glee", "cls-relu", "cls-eta-relu", "cls-focal-glee-relu", "cls-prompt", "cls-layer-norm", "cls-pretrained-norm", "prompt-decoupled",
        },
        RecipeCatalogue.Names.ToHashSet());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_is_a_short_page_named_as_its_file(string name)
    {
        Recipe recipe = RecipeCatalogue.Load(name);
        Assert.Equal(name, recipe.Name);
        Assert.InRange(RecipeCatalogue.Source(name).TrimEnd().Split('\n').Length, 8, 25);
        Assert.Matches(@"arXiv \d{4}\.\d{5}", recipe.Paper);
    }

    public static IEnumerable<TheoryDataRow<string>> GleeNames => RecipeCatalogue.Names.Where(name => name.StartsWith("cls-", StringComparison.Ordinal) || name.StartsWith("prompt", StringComparison.Ordinal)).Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [InlineData("two-stage", 2)]
    [InlineData("two-stage-weighted", 2)]
    [InlineData("two-stage-sqrt", 2)]
    [InlineData("two-stage-augmented", 2)]
    [InlineData("vanilla", 1)]
    [InlineData("vanilla-two-epochs", 1)]
    [InlineData("one-stage-reweighting", 1)]
    public void The_recipes_of_two_stage_follow_its_code(string name, int stages)
    {
        Recipe recipe = RecipeCatalogue.Load(name);
        Assert.Equal(new HeadRecipe { Feature = HeadFeature.Pooler, Width = 50, Activation = HeadActivation.Relu, Dropout = 0, Init = HeadInit.Uniform }, recipe.Head);
        Assert.Equal(stages, recipe.Stages.Count);
        Assert.All(recipe.Stages, stage => Assert.Equal((16, 1.0, 0.0, 1e-8), (stage.BatchSize, stage.Clip, stage.Warmup, stage.Eps)));
        Assert.Equal(1e-5, recipe.Stages[^1].Lr);
        if (stages == 2)
        {
            Assert.Equal((TrainScope.LastLayers, 1, 1e-4), (recipe.Stages[0].Train, recipe.Stages[0].Layers, recipe.Stages[0].Lr));
            Assert.Equal(new LossRecipe(), recipe.Stages[1].Loss);
        }
    }

    [Fact]
    public void The_recipes_for_long_tails_are_glees_protocol_with_one_part_changed()
    {
        StageRecipe plain = RecipeCatalogue.Load("cls-tanh").Stages[0];
        Assert.All(new[] { "crt", "lws", "tau-norm", "ncm", "logit-adjustment" }, name => Assert.Equal([plain], RecipeCatalogue.Load(name).Stages));
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.Crt }], RecipeCatalogue.Load("crt").Calibrations);
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.Lws }], RecipeCatalogue.Load("lws").Calibrations);
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.TauNorm }], RecipeCatalogue.Load("tau-norm").Calibrations);
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.Ncm }], RecipeCatalogue.Load("ncm").Calibrations);
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.LogitAdjustment }, new CalibrationRecipe { Kind = CalibrationKind.Temperature }], RecipeCatalogue.Load("logit-adjustment").Calibrations);
        Assert.Equal(plain with { Loss = new LossRecipe { Kind = LossKind.BalancedSoftmax } }, RecipeCatalogue.Load("balanced-softmax").Stages[0]);
        Assert.Equal(
            plain with { Patience = null, Loss = new LossRecipe { Kind = LossKind.Ldam, ClassWeights = ClassWeights.EffectiveNumber, WeightsFrom = 0.8, Normalize = Normalize.WeightSum } },
            RecipeCatalogue.Load("ldam-drw").Stages[0]);
    }

    [Theory]
    [MemberData(nameof(GleeNames))]
    public void A_recipe_follows_glees_protocol(string name)
    {
        Recipe recipe = RecipeCatalogue.Load(name);
        StageRecipe stage = Assert.Single(recipe.Stages);
        var protocol = new StageRecipe { Epochs = 10, BatchSize = 32, Lr = 1e-5, Eps = 1e-6, Warmup = 0.1, Clip = 1, EvalEvery = 100, Metric = "macro_f1", Patience = 2, Loss = stage.Loss };
        Assert.Equal(protocol, stage);
        Assert.Equal(128, recipe.Input.MaxLength);
    }

    [Fact]
    public void The_recipes_differ_in_what_their_names_say()
    {
        Assert.Equal(HeadActivation.Relu, RecipeCatalogue.Load("cls-relu").Head.Activation);
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.EtaNorm, Eta = 1.1 }], RecipeCatalogue.Load("cls-eta").Calibrations);
        Assert.Equal(new HeadRecipe { Activation = HeadActivation.Relu, Norm = HeadNorm.Fresh }, RecipeCatalogue.Load("cls-layer-norm").Head);
        Assert.Equal(new HeadRecipe { Activation = HeadActivation.Relu, Norm = HeadNorm.Pretrained }, RecipeCatalogue.Load("cls-pretrained-norm").Head);
        Assert.Equal((InputKind.Template, HeadKind.Cls), (RecipeCatalogue.Load("cls-prompt").Input.Kind, RecipeCatalogue.Load("cls-prompt").Head.Kind));
        Assert.Equal(new HeadRecipe { Kind = HeadKind.Mlm }, RecipeCatalogue.Load("prompt").Head);
        Assert.Equal(new HeadRecipe { Kind = HeadKind.Mlm, Decoder = HeadDecoder.Decoupled }, RecipeCatalogue.Load("prompt-decoupled").Head);
        Assert.Equal(new LossRecipe { Kind = LossKind.FocalGlee, Gamma = 1 }, RecipeCatalogue.Load("cls-focal-glee").Stages[0].Loss);
        Assert.Equal(new LossRecipe { Kind = LossKind.Focal, Gamma = 2 }, RecipeCatalogue.Load("cls-focal").Stages[0].Loss);
        Assert.Equal(new LossRecipe { ClassWeights = ClassWeights.EffectiveNumber, Beta = 0.9999 }, RecipeCatalogue.Load("cls-weighted").Stages[0].Loss);
    }

    [Fact]
    public void An_unknown_recipe_is_refused_with_the_nearest_name_and_where_the_others_are()
    {
        InputException fault = Assert.Throws<InputException>(() => RecipeCatalogue.Load("cls-tahn"));
        Assert.StartsWith($"recipe 'cls-tahn' is not known (did you mean 'cls-tanh'?); tailor recipes lists all {RecipeCatalogue.Names.Count}, ", fault.Message, StringComparison.Ordinal);
        Assert.StartsWith("none/such.yaml: no such recipe file", Assert.Throws<InputException>(() => RecipeCatalogue.Load("none/such.yaml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_users_own_works_in_the_place_of_a_name()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, RecipeCatalogue.Source("cls-focal"));
            Assert.Equal(RecipeCatalogue.Load("cls-focal"), RecipeCatalogue.Load(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_written_resolved_is_read_back_equal(string name)
    {
        Recipe recipe = RecipeCatalogue.Load(name);
        Assert.Equal(recipe, RecipeReader.Parse(RecipeWriter.ToYaml(recipe), name));
    }
}
