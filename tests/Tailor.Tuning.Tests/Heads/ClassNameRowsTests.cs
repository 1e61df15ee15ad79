using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Heads that start from the names of the classes, on a CLIP with both towers.</summary>
public sealed class ClassNameRowsTests : IDisposable
{
    private const int Shared = 10, TextWidth = 12;

    private readonly TinyVision _tiny = new();
    private readonly ParameterBuilder _build = new(checkpoint: null, "", "text_model.", seed: 4);
    private readonly VisionBackbone _images;
    private readonly ClipTextEncoder _texts;

    public ClassNameRowsTests()
    {
        _images = VisionBackbone.Create(TinyVision.Config with { Architecture = VisionArchitecture.ClipVision, HiddenActivation = Activation.QuickGelu, ProjectionSize = Shared }, 3);
        var config = new ClipTextConfig { VocabularySize = 514, HiddenSize = TextWidth, Layers = 2, Heads = 2, IntermediateSize = 20, MaxPositions = 40, InitializerRange = 0.3, ProjectionSize = Shared };
        _texts = new ClipTextEncoder(config, _build);
        Save(withTexts: true);
    }

    public void Dispose()
    {
        _images.Dispose();
        foreach (Parameter parameter in _build.All)
        {
            parameter.Dispose();
        }

        _tiny.Dispose();
    }

    [Fact]
    public void Rows_are_the_names_in_the_space_of_the_features()
    {
        // More names than the text tower reads at a time, one of them longer than the tower's positions.
        string[] names = ["Red fox", "green_frog", new string('x', 60), .. Enumerable.Range(0, 64).Select(i => $"bird {(char)('a' + (i % 26))}{(char)('a' + (i / 26))}")];
        using ImageModel model = Load(HeadKind.Cosine);
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        float[] rows = model.NameRows(names).data<float>().ToArray();
        Assert.Equal(names.Length * TinyVision.Width, rows.Length);
        for (int c = 0; c < names.Length; c++)
        {
            Assert.All(Expected(names[c], "a photo of a {}.").Index(), x => Assert.Equal(x.Item, rows[(c * TinyVision.Width) + x.Index], 1e-5));
        }
    }

    [Theory]
    [InlineData(HeadKind.Linear, "a photo of a {}.")]
    [InlineData(HeadKind.Cosine, "{}, an animal: {}")]
    public void A_head_starts_from_them(HeadKind kind, string template)
    {
        using ImageModel model = Load(kind, template);
        TinyVision.Task(model, TinyVision.Examples(12, 3)).Start();
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        float[] rows = model.Head.Output!.Weight.Value.data<float>().ToArray();
        Assert.All(TinyVision.Labels.SelectMany(name => Expected(name, template)).Zip(rows), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(0, model.Head.Output.Bias?.Value.abs().max().item<float>() ?? 0);
    }

    [Fact]
    public void A_tuned_model_needs_the_text_tower_no_more()
    {
        using ImageModel model = Load(HeadKind.Cosine);
        _tiny.Train(TinyVision.Task(model, TinyVision.Examples(12, 3)), model.Recipe.Stages, "run");
        ExampleSet examples = TinyVision.Examples(10, 5).Examples;
        float[] before = model.Probabilities(examples);
        string saved = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(model.Recipe, TinyVision.Labels, [6, 4, 2], 0.55).Save(model, saved);
        (_, ClassifierModel loaded) = TunedModel.Load(saved);
        using (loaded)
        {
            Assert.DoesNotContain(loaded.Parameters, p => p.Name == "visual_projection.weight");
            Assert.All(before.Zip(loaded.Probabilities(examples)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Fact]
    public void Without_names_or_without_a_text_tower_it_is_refused()
    {
        using ImageModel clip = Load(HeadKind.Cosine), vit = _tiny.Load(TinyVision.Recipe(null, new HeadRecipe { Kind = HeadKind.Cosine, Init = HeadInit.ClassNames }));
        string Refused(Action start) => Assert.Throws<InputException>(start).Message;
        Assert.Equal(
            "head.init class_names: the classes are called 0, 1, 2 and so on, and whole numbers are no names that the text tower knows; give the classes names, or take init class_means",
            Refused(() => clip.NameRows(["0", "1", "2", "13"])));
        Assert.Equal("head.init class_names: a class has no name; give the classes names, or take init class_means", Refused(() => clip.NameRows(["fox", " "])));
        Assert.Equal(
            "head.init class_names reads the classes' names by CLIP's text tower, and this model is no CLIP; take init class_means",
            Refused(() => TinyVision.Task(vit, TinyVision.Examples(12, 3)).Start()));

        // A name that holds a digit is a name.
        using Tensor rows = clip.NameRows(["0", "boeing 747"]);
        Assert.Equal(2, rows.shape[0]);

        Save(withTexts: false);
        using ImageModel half = Load(HeadKind.Cosine);
        Assert.EndsWith(
            "head.init class_names needs CLIP's text tower and its projection, and this directory lacks text_model.embeddings.token_embedding.weight; give a CLIP directory with both towers, or take init class_means",
            Refused(() => half.NameRows(["fox"])), StringComparison.Ordinal);
    }

    /// <summary>One name's row: its letters as tokens, one text at a time, and both maps in double precision.</summary>
    private double[] Expected(string name, string template)
    {
        string text = template.Replace("{}", name.Replace('_', ' '), StringComparison.Ordinal).ToLowerInvariant();
        IEnumerable<string> words = Regex.Matches(text, "[a-z]+|[^a-z ]+").Select(word => word.Value);
        int[] ids = [512, .. words.SelectMany(word => word.Select((letter, i) => Vocabulary.IndexOf(letter + (i == word.Length - 1 ? "</w>" : "")))).Take(38), 513];
        using PackedBatch batch = PackedBatch.Of([new TokenSequence(ids, ids.Length, ids.Length - 1)]);
        double[] feature = Doubles(_texts.Forward(batch, DropoutPlaces.Off)[ids.Length - 1]);
        double[] projected = Unit([.. Rows(_texts.Projection!.Weight, TextWidth).Select(row => row.Zip(feature, (a, b) => a * b).Sum())]);
        double[][] visual = Rows(_images.Encoder.Projection!.Weight, TinyVision.Width);
        return Unit([.. Enumerable.Range(0, TinyVision.Width).Select(j => Enumerable.Range(0, Shared).Sum(s => projected[s] * visual[s][j]))]);
    }

    private static double[] Doubles(Tensor values) => [.. values.contiguous().data<float>().Select(value => (double)value)];

    private static double[][] Rows(Parameter matrix, int width) => [.. Doubles(matrix.Value).Chunk(width)];

    private static double[] Unit(double[] values)
    {
        double length = Math.Sqrt(values.Sum(x => x * x));
        return [.. values.Select(x => x / length)];
    }

    /// <summary>CLIP's letters of the bytes: those that can be seen are themselves, the others begin at U+0100. Each stands within a word and at its end; nothing is merged.</summary>
    private static List<string> Vocabulary { get; } = Letters();

    private static List<string> Letters()
    {
        int next = 256;
        string[] letters = [.. Enumerable.Range(0, 256).Select(b => ((char)(b is (> 32 and < 127) or (> 160 and not 173) ? b : next++)).ToString())];
        return [.. letters, .. letters.Select(letter => letter + "</w>"), "<|startoftext|>", "<|endoftext|>"];
    }

    private string Clip => Path.Combine(_tiny.Folder, "clip");

    private ImageModel Load(HeadKind kind, string template = "a photo of a {}.") =>
        ImageModel.Load(Clip, TinyVision.Recipe(null, new HeadRecipe { Kind = kind, Init = HeadInit.ClassNames, InitTemplate = template }), TinyVision.Labels.Length, seed: 1);

    private void Save(bool withTexts)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonObject vision = _images.Config.ToJson("CLIPVisionModel");
        vision.Remove("model_type");
        var config = new JsonObject
        {
            ["model_type"] = "clip",
            ["projection_dim"] = Shared,
            ["vision_config"] = vision,
            ["text_config"] = new JsonObject
            {
                ["vocab_size"] = 514,
                ["hidden_size"] = TextWidth,
                ["num_hidden_layers"] = 2,
                ["num_attention_heads"] = 2,
                ["intermediate_size"] = 20,
                ["max_position_embeddings"] = 40,
            },
        };
        ModelDirectory.Save(Clip, config, tokenizer: null, ModelDirectory.Weights(_images.Parameters.Concat(withTexts ? _build.All : [])));
        File.WriteAllText(Path.Combine(Clip, "vocab.json"), new JsonObject(Vocabulary.Select((token, id) => new KeyValuePair<string, JsonNode?>(token, id))).ToJsonString());
        File.WriteAllText(Path.Combine(Clip, "merges.txt"), "#version: 0.2\n");
    }
}
