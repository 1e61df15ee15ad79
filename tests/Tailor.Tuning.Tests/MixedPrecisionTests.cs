using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Training in mixed precision: as exact as any in its bits, near to float32 in its numbers, and never of weights that were.</summary>
public sealed class MixedPrecisionTests : IDisposable
{
    private readonly TinyModel _tiny = new();
    private readonly (string Text, int Label)[] _train = TinyModel.Examples(40, 1), _dev = TinyModel.Examples(20, 2);

    // The tiny model's products are all too small to be worth it.
    public MixedPrecisionTests() => MixedProduct.TakeAll(true);

    public void Dispose()
    {
        MixedProduct.TakeAll(false);
        _tiny.Dispose();
    }

    public static TheoryData<string> Kinds => ["all", "head", "last layer", "LoRA", "mlm"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_runs_and_one_that_was_stopped_and_resumed_have_the_same_bits_and_float32_has_others(string kind)
    {
        Recipe recipe = Recipe(kind);
        string once = Train(recipe, "once", Precision.Mixed, int.MaxValue, out double score);
        Assert.Equal(once, Train(recipe, "twice", Precision.Mixed, int.MaxValue, out _));
        Assert.Equal(once, Train(recipe, "parts", Precision.Mixed, 3, out _));
        Assert.NotEqual(once, Train(recipe, "exact", Precision.Fp32, int.MaxValue, out double exact));
        Assert.InRange(score, exact - 0.15, exact + 0.15);
    }

    [Fact]
    public void A_trained_model_answers_with_its_last_weights()
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(30)) with { Head = new HeadRecipe { Dropout = 0 } };
        using TextModel model = _tiny.Load(recipe), other = _tiny.Load(recipe);
        (model.Precision, other.Precision) = (Precision.Mixed, Precision.Mixed);
        _tiny.Loop(TinyModel.Task(model, _train, _dev), recipe, "trained", int.MaxValue);
        float[] kept = model.Probabilities(TinyModel.Texts(model, _dev).Examples);
        using (no_grad())
        {
            foreach ((Parameter from, Parameter to) in model.Parameters.Zip(other.Parameters))
            {
                to.Value.copy_(from.Value);
            }
        }

        Assert.Equal(other.Probabilities(TinyModel.Texts(other, _dev).Examples), kept);
    }

    [Fact]
    public void States_of_the_two_precisions_are_kept_apart()
    {
        using var pool = new FrozenStatePool();
        using TextModel model = _tiny.Load(Recipe("head"));
        ExampleSet examples = TinyModel.Texts(model, _train).Examples;
        FrozenStates exact = pool.Get(model, examples, 2);
        model.Precision = Precision.Mixed;
        FrozenStates mixed = pool.Get(model, examples, 2);
        Assert.NotSame(exact, mixed);
        Assert.Same(mixed, pool.Get(model, examples, 2));
        using DisposeScope scope = NewDisposeScope();
        Tensor a = exact.Of([0, 1, 2], CPU), b = mixed.Of([0, 1, 2], CPU);
        Assert.False(a.equal(b).all().item<bool>());
        Assert.True(a.allclose(b, 0.05, 0.05));
    }

    [Fact]
    public void A_settled_model_answers_as_before()
    {
        using TextModel model = _tiny.Load(Recipe("all"));
        model.Precision = Precision.Mixed;
        ExampleSet examples = TinyModel.Texts(model, _dev).Examples;
        float[] before = model.Probabilities(examples);
        model.Settle();
        Assert.Equal(before, model.Probabilities(examples));
        Assert.Equal(before, model.Probabilities(examples));
        model.Precision = Precision.Fp32;
        float[] exact = model.Probabilities(examples);
        Assert.NotEqual(before, exact);
        Assert.All(before.Zip(exact), pair => Assert.Equal(pair.Second, pair.First, 0.05));
    }

    private static Recipe Recipe(string kind)
    {
        StageRecipe stage = TinyModel.Stage(12) with { FrozenDropout = false, EvalEvery = 4 };
        return kind switch
        {
            "head" => TinyModel.Recipe(stage with { Train = TrainScope.Head }),
            "last layer" => TinyModel.Recipe(stage with { Train = TrainScope.LastLayers }),
            "LoRA" => TinyModel.Recipe(stage with { Train = TrainScope.Adapter }) with { Adapter = new AdapterRecipe { Kind = AdapterKind.Lora, Rank = 2, Dropout = 0.2 } },
            "mlm" => TinyModel.Recipe(stage) with { Head = new HeadRecipe { Kind = HeadKind.Mlm }, Input = new InputRecipe { Kind = InputKind.Template, Template = "{text} in {mask}", MaxLength = 24 } },
            _ => TinyModel.Recipe(stage),
        };
    }

    private string Train(Recipe recipe, string name, Precision precision, int part, out double score)
    {
        LoopResult result;
        string bits;
        do
        {
            using TextModel model = _tiny.Load(recipe);
            model.Precision = precision;
            result = _tiny.Loop(TinyModel.Task(model, _train, _dev), recipe, name, part);
            bits = TinyModel.Bits(model);
        }
        while (result.Stopped);

        score = result.BestScore ?? 0;
        return bits;
    }
}
