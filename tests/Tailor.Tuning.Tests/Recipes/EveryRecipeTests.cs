using Tailor.Engine;
using TorchSharp;

namespace Tailor.Tuning.Tests;

/// <summary>Trains every recipe of the catalogue for a few steps and looks, bit for bit, at what moved.</summary>
public sealed class EveryRecipeTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public static IEnumerable<TheoryDataRow<string>> Names => RecipeCatalogue.Names.Select(name => new TheoryDataRow<string>(name));

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_trains_encoder_and_head_and_nothing_else(string name)
    {
        IEnumerable<string> shorter = Enumerable.Range(0, RecipeCatalogue.Load(name).Stages.Count)
            .SelectMany(i => new[] { "epochs=null", "steps=3", "batch_size=8", "lr=1e-3", "warmup=0" }.Select(set => $"stages.{i}.{set}"));
        Recipe recipe = RecipeCatalogue.Load(name, ["input.max_length=24", .. shorter]);
        using TextModel model = _tiny.Load(recipe);
        Dictionary<string, byte[]> before = model.Parameters.ToDictionary(p => p.Name, Bits);
        (string Text, int Label)[] examples = TinyModel.Examples(24, 3);
        var folder = RunFolder.Create(Path.Combine(_tiny.Folder, "run"));
        new TrainingLoop(TinyModel.Task(model, examples, [], TinyModel.Examples(30, 4)), recipe.Stages, folder, new LoopOptions { Seed = 1 }, progress: null).Run(CancellationToken.None);
        var head = model.Head.Parameters.Select(p => p.Name).ToHashSet();
        Assert.All(model.Parameters, parameter => Assert.Equal(
            head.Contains(parameter.Name) || !parameter.Name.StartsWith("cls.", StringComparison.Ordinal),
            !Bits(parameter).AsSpan().SequenceEqual(before[parameter.Name])));
    }

    [Theory]
    [InlineData("two-stage")]
    [InlineData("two-stage-weighted")]
    [InlineData("two-stage-augmented")]
    public void The_first_of_two_stages_moves_head_pooler_and_last_layer_alone(string name)
    {
        Recipe recipe = RecipeCatalogue.Load(name, ["input.max_length=24", "stages.0.epochs=null", "stages.0.steps=3", "stages.0.batch_size=8", "stages.0.lr=1e-3"]);
        using TextModel model = _tiny.Load(recipe);
        Dictionary<string, byte[]> before = model.Parameters.ToDictionary(p => p.Name, Bits);
        new TrainingLoop(TinyModel.Task(model, TinyModel.Examples(24, 3), [], TinyModel.Examples(30, 4)), [recipe.Stages[0]], RunFolder.Create(Path.Combine(_tiny.Folder, "run")), new LoopOptions { Seed = 1 }, progress: null).Run(CancellationToken.None);
        Assert.All(model.Parameters, parameter => Assert.Equal(
            parameter.Name.StartsWith("head.", StringComparison.Ordinal) || parameter.Name.StartsWith("bert.pooler.", StringComparison.Ordinal) || parameter.Name.StartsWith("bert.encoder.layer.1.", StringComparison.Ordinal),
            !Bits(parameter).AsSpan().SequenceEqual(before[parameter.Name])));
    }

    [Fact]
    public void More_last_layers_than_there_are_is_refused()
    {
        Recipe recipe = RecipeCatalogue.Load("two-stage", ["input.max_length=24", "stages.0.layers=3"]);
        using TextModel model = _tiny.Load(recipe);
        Assert.Contains("the last 3 layers of an encoder that has 2", Assert.Throws<Foundation.InputException>(() => TinyModel.Task(model, TinyModel.Examples(24, 3), []).Groups(recipe.Stages[0])).Message, StringComparison.Ordinal);
    }

    private static byte[] Bits(Parameter parameter) => parameter.Value.bytes.ToArray();
}
