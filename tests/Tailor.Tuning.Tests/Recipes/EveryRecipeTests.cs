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
        Recipe recipe = RecipeCatalogue.Load(name, ["input.max_length=24", "stages.0.epochs=null", "stages.0.steps=3", "stages.0.batch_size=8", "stages.0.lr=1e-3", "stages.0.warmup=0"]);
        using TextModel model = _tiny.Load(recipe);
        Dictionary<string, byte[]> before = model.Parameters.ToDictionary(p => p.Name, Bits);
        (string Text, int Label)[] examples = TinyModel.Examples(24, 3);
        var folder = RunFolder.Create(Path.Combine(_tiny.Folder, "run"));
        new TrainingLoop(TinyModel.Task(model, examples, []), recipe.Stages, folder, new LoopOptions { Seed = 1 }, progress: null).Run(CancellationToken.None);
        var head = model.Head.Parameters.Select(p => p.Name).ToHashSet();
        Assert.All(model.Parameters, parameter => Assert.Equal(
            head.Contains(parameter.Name) || !parameter.Name.StartsWith("cls.", StringComparison.Ordinal),
            !Bits(parameter).AsSpan().SequenceEqual(before[parameter.Name])));
    }

    private static byte[] Bits(Parameter parameter) => parameter.Value.bytes.ToArray();
}
