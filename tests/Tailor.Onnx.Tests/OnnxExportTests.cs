using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;
using Tailor.Tuning.Tests;
using static TorchSharp.torch;

namespace Tailor.Onnx.Tests;

/// <summary>Exported graphs against the models they were made from, with random weights everywhere, biases and norms included.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private const string Template = "{cls} it is {mask} . {text_a} {sep}";

    private readonly TinyModel _tiny = new();

    public static TheoryData<string> Names => new(Recipes.Keys);

    private static Dictionary<string, Recipe> Recipes { get; } = new()
    {
        ["tanh"] = Of(new HeadRecipe()),
        ["tanh, narrow"] = Of(new HeadRecipe { Width = 7 }),
        ["relu with a fresh norm"] = Of(new HeadRecipe { Activation = HeadActivation.Relu, Norm = HeadNorm.Fresh }),
        ["pretrained norm on a template"] = Of(new HeadRecipe { Norm = HeadNorm.Pretrained }, Template),
        ["template without a mask"] = Of(new HeadRecipe(), "{cls} {text_a} it is {sep}"),
        ["pooler"] = Of(new HeadRecipe { Feature = HeadFeature.Pooler }),
        ["linear"] = Of(new HeadRecipe { Kind = HeadKind.Linear }),
        ["cosine"] = Of(new HeadRecipe { Kind = HeadKind.Cosine, Scale = 8 }),
        ["prompt"] = Of(new HeadRecipe { Kind = HeadKind.Mlm }, Template),
        ["prompt, decoupled"] = Of(new HeadRecipe { Kind = HeadKind.Mlm, Decoder = HeadDecoder.Decoupled }, Template),
        ["soft tokens"] = Of(new HeadRecipe { Kind = HeadKind.Mlm }, "{cls} {p0} {p1} {mask} . {text_a} {sep}"),
        ["eta norm, folded"] = Of(new HeadRecipe(), calibration: CalibrationKind.EtaNorm),
        ["logit adjustment beside a prompt"] = Of(new HeadRecipe { Kind = HeadKind.Mlm }, Template, CalibrationKind.LogitAdjustment),
        ["temperature beside cosines"] = Of(new HeadRecipe { Kind = HeadKind.Cosine, Scale = 1 }, calibration: CalibrationKind.Temperature),
        ["class means by cosine"] = Of(new HeadRecipe(), calibration: CalibrationKind.Ncm),
        ["class means by distance"] = Of(new HeadRecipe { Kind = HeadKind.Linear }, calibration: CalibrationKind.Ncm),
        ["lora"] = Of(new HeadRecipe()) with { Adapter = new AdapterRecipe { Kind = AdapterKind.Lora, Rank = 2 } },
        ["numbers"] = Of(new HeadRecipe(), loss: LossKind.Mse),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_graph_computes_what_the_model_computes(string name)
    {
        (TextModel model, OnnxTextModel graph) = Both(Recipes[name], name.EndsWith("distance", StringComparison.Ordinal) ? ClassMeanDistance.Euclidean : ClassMeanDistance.Cosine);
        using (model)
        using (graph)
        {
            (string, string?)[] texts = [.. TinyModel.Examples(60, 9).Select(e => (e.Text, (string?)null)), ("", null), ("apple [MASK] pear", null)];
            float[] expected = model.Recipe.PredictsNumbers ? model.Values(texts) : model.Probabilities(texts);
            float[] found = model.Recipe.PredictsNumbers ? graph.Values(texts) : graph.Probabilities(texts);
            Assert.Equal(expected.Length, found.Length);
            Assert.True(expected.Max() - expected.Min() > 0.05, "The model tells nothing apart.");
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Fact]
    public void Pairs_have_their_segments()
    {
        (TextModel model, OnnxTextModel graph) = Both(Recipes["tanh"]);
        using (model)
        using (graph)
        {
            (string, string?)[] texts = [("apple and pear", "rome"), ("the saw", "a big old drill"), ("apple and pear rome", null)];
            float[] expected = model.Probabilities(texts);
            Assert.All(expected.Zip(graph.Probabilities(texts)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            Assert.True(Math.Abs(expected[0] - expected[6]) > 1e-3, "Segments have no part in it.");
        }
    }

    [Fact]
    public void A_graph_of_8_bits_is_near()
    {
        (TextModel model, OnnxTextModel graph) = Both(Recipes["prompt"], numbers: OnnxNumbers.Int8);
        using (model)
        using (graph)
        {
            (string, string?)[] texts = [.. TinyModel.Examples(200, 9).Select(e => (e.Text, (string?)null))];
            float[] expected = model.Probabilities(texts), found = graph.Probabilities(texts);
            double[] differences = [.. expected.Zip(found, (a, b) => Math.Abs((double)a - b))];
            Assert.InRange(differences.Average(), 1e-5, 0.02);
            Assert.InRange(differences.Max(), 1e-4, 0.15);
        }
    }

    [Fact]
    public void Weights_are_rounded_by_output_to_half_a_step()
    {
        using Tensor weight = tensor(new float[] { 1, -2, 0.51f, 0, 0, 0, 60, 3, -64 }, [3, 3]);
        (sbyte[] values, float[] scales) = LinearGraph.Round(weight);
        Assert.Equal([2f / 64, 1, 1], scales);
        Assert.Equal([32, 0, 60, -64, 0, 3, 16, 0, -64], values.Select(v => (int)v));
    }

    [Fact]
    public void An_adapter_that_stands_beside_the_weights_is_refused()
    {
        InputException fault = Assert.Throws<InputException>(() => Both(Recipes["tanh"] with { Adapter = new AdapterRecipe { Kind = AdapterKind.Prefix, Tokens = 2 }, Input = new InputRecipe { MaxLength = 20 } }));
        Assert.Contains("adapter kind prefix", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_tiny.Folder, "onnx", "model.onnx")));
    }

    [Theory]
    [InlineData("model.onnx", "ONNX Runtime cannot read it")]
    [InlineData("tailor.json", "for the 2 classes of tailor.json")]
    public void A_damaged_folder_is_named(string file, string message)
    {
        (TextModel model, OnnxTextModel graph) = Both(Recipes["tanh"]);
        model.Dispose();
        graph.Dispose();
        string folder = Path.Combine(_tiny.Folder, "onnx"), path = Path.Combine(folder, file);
        if (file == "model.onnx")
        {
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..2000]);
        }
        else
        {
            (TunedModel description, TextModel again) = TunedModel.LoadTexts(Path.Combine(_tiny.Folder, "tuned"));
            again.Dispose();
            (description with { Labels = ["a", "b"] }).SaveDescription(folder);
        }

        InputException fault = Assert.Throws<InputException>(() => OnnxTextModel.Load(folder));
        Assert.Contains(Path.Combine(folder, "model.onnx"), fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();

    private static Recipe Of(HeadRecipe head, string? template = null, CalibrationKind? calibration = null, LossKind loss = LossKind.CrossEntropy) => TinyModel.Recipe(new StageRecipe { Steps = 1, Loss = new LossRecipe { Kind = loss }, Metric = loss == LossKind.Mse ? "pearson" : "macro_f1" }) with
    {
        Head = head,
        Input = template is null ? new InputRecipe { MaxLength = 24 } : new InputRecipe { Kind = InputKind.Template, Template = template, MaxLength = 24 },
        Calibrations = calibration is { } kind ? [new CalibrationRecipe { Kind = kind }] : [],
    };

    /// <summary>A model with random weights, saved and loaded again, and its graph.</summary>
    private (TextModel Model, OnnxTextModel Graph) Both(Recipe recipe, ClassMeanDistance distance = ClassMeanDistance.Cosine, OnnxNumbers numbers = OnnxNumbers.Fp32)
    {
        string tuned = Path.Combine(_tiny.Folder, "tuned"), folder = Path.Combine(_tiny.Folder, "onnx");
        string[] labels = recipe.PredictsNumbers ? ["value"] : TinyModel.Labels;
        var description = new TunedModel(recipe, labels, [.. labels.Select(_ => 5)], 0.55, recipe.Head.Kind == HeadKind.Mlm ? TinyModel.LabelWords : null);
        using (TextModel made = _tiny.Load(recipe))
        {
            using (no_grad())
            {
                manual_seed(4);
                foreach (Parameter parameter in made.Parameters)
                {
                    using Tensor noise = randn_like(parameter.Value).mul(0.3);
                    parameter.Value.add_(noise);
                }
            }

            if (recipe.Calibrations.Count > 0)
            {
                float[] means = [.. Enumerable.Range(0, made.Head.FeatureWidth * 3).Select(i => i < made.Head.FeatureWidth ? 0 : MathF.Sin(i))];
                NearestClassMean? nearest = recipe.Calibrations[0].Kind == CalibrationKind.Ncm ? new NearestClassMean(means, 3, 2, distance) : null;
                made.Fitted = new FittedCalibration(new ScoreChange([2, 0.5, 1], [0.1, -0.2, 0.3]), nearest);
            }

            if (made.Adapter is not null)
            {
                made.Adapter.Enter(recipe.Stages[^1]);
                made.SetAdapter(stands: true);
            }

            description.Save(made, tuned);
        }

        TextModel model = TunedModel.LoadTexts(tuned).Model;
        try
        {
            OnnxExport.Write(description, model, folder, numbers);
            return (model, OnnxTextModel.Load(folder, threads: 1).Model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
