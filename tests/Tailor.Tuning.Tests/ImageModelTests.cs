using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Imaging;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning.Tests;

/// <summary>Classifiers of pictures: crops, heads that start from features, what is saved, and what is refused.</summary>
public sealed class ImageModelTests : IDisposable
{
    private readonly TinyVision _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_scores_of_several_crops_are_averaged_as_logits(bool lpt)
    {
        AdapterRecipe? adapter = lpt ? new AdapterRecipe { Kind = AdapterKind.Lpt, Tokens = 2, SharedLayers = 1, Pool = 5, TopK = 2, InitStd = 0.5 } : null;
        using ImageModel model = _tiny.Load(TinyVision.Recipe(adapter, new HeadRecipe { Kind = HeadKind.Cosine, Scale = 10 }, TinyVision.Stage(1), TinyVision.Stage(1) with { Prompts = PromptPhase.Group }));
        model.Adapter?.Enter(model.Recipe.Stages[1]);
        model.SetAdapter(stands: true);
        var crops = (PictureSet)TinyVision.Examples(7, 5, views: 5).Examples;
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        using IExampleBatch apart = crops.Apart().Batch([.. Enumerable.Range(0, 35)], CPU);
        Tensor logits = model.Forward(apart, DropoutPlaces.Off).view(7, 5, 3);
        float[] expected = F.softmax(logits.mean([1]), 1).data<float>().ToArray(), found = model.Probabilities(crops);
        Assert.Equal(21, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));

        // Averaged probabilities would be others.
        Assert.True(F.softmax(logits, 2).mean([1]).data<float>().Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)) > 1e-3);
    }

    [Theory]
    [InlineData(HeadKind.Linear, null)]
    [InlineData(HeadKind.Cosine, null)]
    [InlineData(HeadKind.Cosine, 2)]
    public void A_head_starts_from_the_class_means_of_the_plain_backbone(HeadKind kind, int? most)
    {
        var head = new HeadRecipe { Kind = kind, Init = HeadInit.ClassMeans, InitExamples = most, Dropout = 0.5 };
        using ImageModel model = _tiny.Load(TinyVision.Recipe(new AdapterRecipe { Kind = AdapterKind.Ssf }, head)), plain = _tiny.Load(TinyVision.Recipe());
        LabelledExamples train = TinyVision.Examples(30, 2);
        TinyVision.Task(model, train).Start();
        Assert.True(model.AdapterStands);
        using DisposeScope scope = NewDisposeScope();
        float[] states = plain.States(train.Examples).data<float>().ToArray(), rows = model.Head.Output!.Weight.Value.data<float>().ToArray();
        for (int c = 0; c < 3; c++)
        {
            int[] members = [.. Enumerable.Range(0, 30).Where(i => train.ClassIds[i] == c).Take(most ?? 30)];
            double[] mean = [.. Enumerable.Range(0, TinyVision.Width).Select(j => members.Average(i => (double)states[(i * TinyVision.Width) + j]))];
            double length = Math.Sqrt(mean.Sum(x => x * x));
            Assert.All(mean.Index(), x => Assert.Equal(x.Item / length, rows[(c * TinyVision.Width) + x.Index], 1e-5));
        }

        Assert.True(model.Head.Output.Bias is null || model.Head.Output.Bias.Value.abs().max().item<float>() == 0);
    }

    [Fact]
    public void A_fresh_head_of_a_later_stage_starts_from_the_backbone_as_it_is_then()
    {
        StageRecipe all = TinyVision.Stage(3) with { Train = TrainScope.All };
        Recipe recipe = TinyVision.Recipe(null, new HeadRecipe { Kind = HeadKind.Linear, Init = HeadInit.ClassMeans, Dropout = 0 }, all, all with { Head = WeightStart.Fresh });
        using ImageModel model = _tiny.Load(recipe);
        LabelledExamples train = TinyVision.Examples(30, 2);
        ClassificationTask task = TinyVision.Task(model, train);
        _tiny.Train(task, [all], "run");
        task.Enter(1);
        using DisposeScope scope = NewDisposeScope();
        Tensor expected = F.normalize(HeadInitialization.ClassMeans(model.States(train.Examples), train.ClassIds, 3), dim: 1);
        Assert.True(expected.sub(model.Head.Output!.Weight.Value).abs().max().item<float>() < 1e-6f);
    }

    [Theory]
    [InlineData(HeadKind.Linear, "ViTForImageClassification", "classifier.weight")]
    [InlineData(HeadKind.Cosine, "ViTModel", "head.out.weight")]
    [InlineData(HeadKind.Cls, "ViTModel", "head.out.weight")]
    public void It_is_saved_as_transformers_names_it_and_keeps_its_preprocessor(HeadKind kind, string architecture, string output)
    {
        File.WriteAllText(Path.Combine(_tiny.Model, "preprocessor_config.json"), """{ "size": { "height": 12, "width": 12 }, "resample": 3, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6] }""");
        using ImageModel model = _tiny.Load(TinyVision.Recipe(null, new HeadRecipe { Kind = kind }));
        string saved = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(model.Recipe, TinyVision.Labels, [5, 3, 1], 0.55).Save(model, saved);
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(saved, "config.json")))!;
        Assert.Equal((architecture, "vit", "blue jay"), (config["architectures"]![0]!.GetValue<string>(), config["model_type"]!.GetValue<string>(), config["id2label"]!["2"]!.GetValue<string>()));
        ImageProcessor kept = ImageProcessorFile.Read(saved);
        Assert.Equal((ResizeRule.Exactly(12, 12), ResampleFilter.Bicubic, 0.2f, 0.6f), (kept.Resize, kept.Filter, kept.Mean!.Value.Green, kept.Std!.Value.Blue));
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(saved);
        Assert.True(checkpoint.Contains(output) && checkpoint.Contains("vit.encoder.layer.1.attention.attention.key.weight"));
        Assert.Contains("classifies pictures, not texts", Assert.Throws<InputException>(() => TunedModel.LoadTexts(saved)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_model_of_pictures_cannot_have_is_refused()
    {
        void Refused(string expected, AdapterRecipe? adapter = null, HeadRecipe? head = null) =>
            Assert.Equal(expected, Assert.Throws<InputException>(() => _tiny.Load(TinyVision.Recipe(adapter, head))).Message);
        Refused("adapter.shared_layers 3 leaves no block to the group prompts: the encoder has 3 blocks; give 2 or less, half of them is the paper's", new AdapterRecipe { Kind = AdapterKind.Lpt, SharedLayers = 3 });
        Refused("adapter.layers names layer 5, and the encoder has the layers 0 to 2; name those, or leave layers out for all", new AdapterRecipe { Kind = AdapterKind.DeepPrompt, Layers = [5] });
        Refused("head kind mlm reads the words of a masked language model, which an encoder of images has none of; take head kind linear or cosine", head: new HeadRecipe { Kind = HeadKind.Mlm });
        Assert.Equal(
            "pictures of 14 x 14 pixels cannot be cut into patches of 4; give a multiple of it with --set input.image_size=12",
            Assert.Throws<InputException>(() => _tiny.Load(TinyVision.Recipe() with { Input = new InputRecipe { Kind = InputKind.Image, ImageSize = 14 } })).Message);
        using ImageModel model = _tiny.Load(TinyVision.Recipe());
        Assert.Contains("found 12 x 14 pixels", Assert.Throws<InputException>(() => model.Backbone.Encoder.RowsAt(0, zeros(1, 3, 12, 14), DropoutPlaces.Off)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AdapterKind.DeepPrompt, "deep_prompt")]
    [InlineData(AdapterKind.Lpt, "lpt")]
    public void Prompts_of_single_blocks_are_refused_on_texts(AdapterKind kind, string name)
    {
        using var texts = new TinyModel();
        Assert.Equal(
            $"adapter {name} sets rows into single blocks, which encoders of images take and this one does not; for texts take prefix or soft_prompt",
            Assert.Throws<InputException>(() => texts.Load(TinyModel.Recipe(TinyModel.Stage(1)) with { Adapter = new AdapterRecipe { Kind = kind, SharedLayers = 1 } })).Message);
    }

    [Theory]
    [InlineData("stages.0.prompts=group", "stage 0 is LPT's phase 2, and no stage before it trains the shared prompts, whose model makes the queries; put a stage with train adapter and prompts shared before it")]
    [InlineData("stages.0.train=head", "stage 1 is LPT's phase 2, and no stage before it trains the shared prompts, whose model makes the queries; put a stage with train adapter and prompts shared before it")]
    [InlineData("stages.1.train=all", "stage 1 is LPT's phase 2 and trains the backbone, whose queries stand still there; take train adapter, or train head")]
    [InlineData("adapter.top_k=21", "top_k 21 is above the pool of 20 prompt sets; choose no more sets than there are; 2 of 20 is the paper's")]
    [InlineData("adapter=bitfit", "stage 1 has prompts group, and there is no adapter of kind lpt; give the recipe adapter kind lpt, or leave prompts out of the stage")]
    public void Phases_that_mean_nothing_are_refused(string set, string expected) =>
        Assert.EndsWith(expected, Assert.Throws<InputException>(() => RecipeCatalogue.Load("lpt", [set])).Message, StringComparison.Ordinal);
}
