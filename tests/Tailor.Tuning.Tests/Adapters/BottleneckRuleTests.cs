using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

/// <summary>Ranks and widths that follow from classes and layers.</summary>
public class BottleneckRuleTests
{
    [Theory]
    [InlineData(10, 12, 1)]
    [InlineData(24, 12, 1)]
    [InlineData(47, 12, 1)]
    [InlineData(48, 12, 2)]
    [InlineData(100, 12, 4)]
    [InlineData(365, 12, 8)]
    [InlineData(1000, 12, 32)]
    [InlineData(8142, 12, 256)]
    [InlineData(1, 1000, 1)]
    [InlineData(int.MaxValue, 1, 1 << 29)]
    public void The_rule_has_the_published_widths(int classes, int layers, int expected) => Assert.Equal(expected, AdapterRecipe.BottleneckRule(classes, layers));

    [Fact]
    public void What_is_given_stays_and_what_is_auto_follows_the_rule()
    {
        var recipe = new AdapterRecipe { Kind = AdapterKind.Lora, Rank = null, Width = 5 };
        Assert.Equal(recipe with { Rank = 4 }, recipe.For(100, 12));
        Assert.Equal(recipe with { Rank = 3 }, (recipe with { Rank = 3 }).For(100, 12));
    }

    [Theory]
    [InlineData("kind=lora", "r=auto", ".lora_A.weight")]
    [InlineData("kind=bottleneck", "width=auto", ".adapter.down.weight")]
    public void A_model_of_auto_is_built_trained_saved_and_read(string kind, string auto, string name)
    {
        using var tiny = new TinyModel();

        // Nine classes on two layers make a rank of 2.
        Recipe recipe = RecipeCatalogue.Load("cls-tanh", ["input.max_length=24", $"adapter.{kind}", $"adapter.{auto}"]);
        string saved = Path.Combine(tiny.Folder, "saved");
        string[] labels = [.. Enumerable.Range(0, 9).Select(i => $"class {i}")];
        using TextModel model = TextModel.Load(tiny.Model, recipe, labels.Length, verbalizer: null, seed: 1);
        Assert.Contains(model.Parameters, p => p.Name.EndsWith(name, StringComparison.Ordinal) && p.Value.shape[0] == 2);
        Assert.All(model.Adapter!.Parameters, p => p.Value.detach().add_(0.1f));
        ExampleSet examples = TinyModel.Texts(model, TinyModel.Examples(6, 9)).Examples;
        float[] before = model.Probabilities(examples);
        new TunedModel(recipe, labels, [.. Enumerable.Repeat(1, 9)], .55).Save(model, saved);
        AdapterRecipe kept = PeftFolder.ReadConfig(Path.Combine(saved, "adapter"));
        Assert.Equal(2, kind == "kind=lora" ? kept.Rank : kept.Width);
        (TunedModel description, ClassifierModel loaded) = TunedModel.Load(saved);
        using (loaded)
        {
            Assert.Equal(recipe, description.Recipe);
            Assert.All(before.Zip(loaded.Probabilities(examples)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Theory]
    [InlineData("lora", "r=0", "'0'; expected auto, or a whole number from 1 to 65536")]
    [InlineData("bottleneck", "width=wide", "'wide'; expected auto, or a whole number from 1 to 65536")]
    public void Neither_a_number_nor_auto_is_refused(string kind, string set, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => RecipeCatalogue.Load("cls-tanh", [$"adapter.kind={kind}", $"adapter.{set}"])).Message, StringComparison.Ordinal);
}
