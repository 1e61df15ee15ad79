using Tailor.Engine;
using TorchSharp;

namespace Tailor.Tuning.Tests;

/// <summary>Trains every recipe of texts for a few steps and looks, bit for bit, at what moved; <see cref="EveryPictureRecipeTests"/> has those of pictures.</summary>
public sealed class EveryRecipeTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public static IEnumerable<TheoryDataRow<string>> Names => RecipeCatalogue.Names.Where(name => !RecipeCatalogue.Load(name).Input.ReadsPictures).Select(name => new TheoryDataRow<string>(name));

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_trains_what_its_stages_say_and_nothing_else(string name)
    {
        Recipe recipe = Short(name);
        using TextModel model = _tiny.Load(recipe);
        Dictionary<string, byte[]> before = model.Parameters.ToDictionary(p => p.Name, Bits);
        (string Text, int Label)[] examples = TinyModel.Examples(24, 3);
        var folder = RunFolder.Create(Path.Combine(_tiny.Folder, "run"));
        new TrainingLoop(TinyModel.Task(model, examples, [], TinyModel.Examples(30, 4)), recipe.Stages, folder, new LoopOptions { Seed = 1 }, progress: null).Run(CancellationToken.None);
        var head = model.Head.Parameters.Select(p => p.Name).ToHashSet();
        bool someOnly = recipe.Stages.Any(stage => stage.Child is not null);
        Assert.All(model.Parameters.Where(p => !someOnly || !IsLayer(p.Name)), parameter => Assert.Equal(
            head.Contains(parameter.Name) || recipe.Stages.Any(stage => Trains(recipe, stage, parameter.Name)),
            !Bits(parameter).AsSpan().SequenceEqual(before[parameter.Name])));
        if (someOnly)
        {
            long moved = model.Parameters.Where(p => IsLayer(p.Name)).Sum(p => Floats(Bits(p)).Zip(Floats(before[p.Name])).LongCount(pair => pair.First != pair.Second));
            Assert.Equal(0.1, (double)moved / model.Parameters.Where(p => IsLayer(p.Name)).Sum(p => p.Count), 0.002);
        }
    }

    [Theory]
    [InlineData("eh-ft-lora", false)]
    [InlineData("eh-ft-bitfit", false)]
    [InlineData("eh-ft-prefix", false)]
    [InlineData("lp-ft", false)]
    [InlineData("eh-ft-lora-reserve", true)]
    [InlineData("eh-ft-bitfit-reserve", true)]
    public void The_second_stage_starts_from_the_pretrained_backbone_and_the_tuned_head(string name, bool reserve)
    {
        Recipe recipe = Short(name);
        using TextModel model = _tiny.Load(recipe), fresh = _tiny.Load(recipe);
        ClassificationTask task = TinyModel.Task(model, TinyModel.Examples(24, 3), []);
        new TrainingLoop(task, recipe.Stages.Take(1).ToArray(), RunFolder.Create(Path.Combine(_tiny.Folder, "run")), new LoopOptions { Seed = 1 }, progress: null).Run(CancellationToken.None);
        Dictionary<string, byte[]> tuned = model.Parameters.ToDictionary(p => p.Name, Bits);
        task.Enter(1);
        task.Arrange(1);
        Assert.Equal(reserve && recipe.Adapter.Kind != AdapterKind.None, model.AdapterStands);
        var added = (model.Adapter?.Parameters ?? []).Select(p => p.Name).ToHashSet();
        Assert.All(model.Parameters.Zip(fresh.Parameters), pair =>
        {
            bool isHead = pair.First.Name.StartsWith("head.", StringComparison.Ordinal);
            byte[] expected = isHead || reserve || added.Contains(pair.First.Name) ? tuned[pair.First.Name] : Bits(pair.Second);
            Assert.True(Bits(pair.First).AsSpan().SequenceEqual(expected), pair.First.Name);
            Assert.True(!isHead || !Bits(pair.First).AsSpan().SequenceEqual(Bits(pair.Second)), pair.First.Name);
        });
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

    /// <summary>The recipe with three steps a stage, for a model of two layers and 24 positions.</summary>
    private static Recipe Short(string name)
    {
        Recipe whole = RecipeCatalogue.Load(name);
        string length = whole.Adapter.Kind == AdapterKind.Prefix ? "20" : "24";
        IEnumerable<string> shorter = whole.Stages.SelectMany((stage, i) => new[] { "epochs=null", "steps=3", "batch_size=8", "lr=1e-3", "warmup=0", "hold=0" }
            .Append(stage.Train == TrainScope.LastLayers ? "layers=1" : "clip=1").Select(set => $"stages.{i}.{set}"));
        IEnumerable<string> adapter = whole.Adapter.Kind == AdapterKind.Prefix ? ["adapter.tokens=4"] : [];
        return RecipeCatalogue.Load(name, [$"input.max_length={length}", .. adapter, .. shorter]);
    }

    /// <summary>Written apart from the planner, by names alone.</summary>
    private static bool Trains(Recipe recipe, StageRecipe stage, string name)
    {
        if (name.Contains(".lora_", StringComparison.Ordinal) || name.StartsWith("prompt_encoder.", StringComparison.Ordinal) || name.Contains("adapter.", StringComparison.Ordinal))
        {
            return stage.Train is TrainScope.All or TrainScope.Adapter && stage.Adapter != AdapterFate.Drop;
        }

        return stage.Train switch
        {
            TrainScope.All => !name.StartsWith("cls.", StringComparison.Ordinal) && !name.StartsWith("bert.pooler.", StringComparison.Ordinal),
            TrainScope.LastLayers => name.StartsWith("bert.encoder.layer.1.", StringComparison.Ordinal),
            TrainScope.Adapter => recipe.Adapter.Kind == AdapterKind.BitFit && IsLayer(name) && name.EndsWith("bias", StringComparison.Ordinal),
            _ => false,
        };
    }

    private static bool IsLayer(string name) => name.StartsWith("bert.encoder.layer.", StringComparison.Ordinal);

    private static float[] Floats(byte[] bits) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bits).ToArray();

    private static byte[] Bits(Parameter parameter) => parameter.Value.bytes.ToArray();
}
