using System.Text.Json.Nodes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

public sealed class TunedModelTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [InlineData(HeadActivation.Tanh, 0)]
    [InlineData(HeadActivation.Tanh, 1.1)]
    [InlineData(HeadActivation.Relu, 0)]
    [InlineData(HeadActivation.Relu, 1.1)]
    public void A_saved_model_predicts_what_it_predicted(HeadActivation activation, double eta)
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(1), activation, eta);
        using TextModel model = _tiny.Load(recipe);
        using (no_grad())
        {
            // Rows of different norms, so that a forgotten eta-norm shows.
            model.Head.Output!.Weight.Value.mul_(tensor(new[] { 40f, 5f, 90f }).unsqueeze(1));
        }

        ExampleSet examples = TinyModel.Texts(model, TinyModel.Examples(20, 9)).Examples;
        float[] before = model.Probabilities(examples);
        string directory = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(recipe, TinyModel.Labels, [5, 3, 1], 0.55).Save(model, directory);
        (TunedModel description, ClassifierModel loaded) = TunedModel.Load(directory);
        using (loaded)
        {
            Assert.Equal(recipe, description.Recipe);
            Assert.Equal(TinyModel.Labels, description.Labels);
            float[] after = loaded.Probabilities(examples);
            Assert.All(before.Zip(after), x => Assert.Equal(x.First, x.Second, 1e-5f));
            Assert.NotEqual(before[0], before[3]);
        }
    }

    [Fact]
    public void Answers_of_batches_by_length_stand_in_the_examples_order_and_are_those_of_one_at_a_time()
    {
        using TextModel model = _tiny.Load(TinyModel.Recipe(TinyModel.Stage(1)));
        ExampleSet examples = TinyModel.Texts(model, TinyModel.Examples(1200, 9)).Examples;
        Assert.True(BatchPlan.Evaluation(examples.Lengths).Count > 1, "more than one batch is needed here");
        float[] together = model.Probabilities(examples);
        for (int i = 0; i < examples.Count; i += 13)
        {
            using DisposeScope scope = NewDisposeScope();
            using var _ = no_grad();
            using IExampleBatch one = examples.Batch([i], CPU);
            float[] alone = model.Score(one).softmax(1).data<float>().ToArray();
            Assert.All(alone.Zip(together.Skip(i * alone.Length)), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }
    }

    [Theory]
    [InlineData("prompt", "BertForMaskedLM")]
    [InlineData("prompt-decoupled", "BertForMaskedLM")]
    [InlineData("cls-prompt", "BertModel")]
    [InlineData("cls-layer-norm", "BertModel")]
    [InlineData("cls-pretrained-norm", "BertModel")]
    [InlineData("two-stage", "BertModel")]
    [InlineData("cls-tanh head=linear", "BertModel")]
    [InlineData("cls-tanh head=cosine head.scale=7", "BertModel")]
    public void A_saved_model_of_a_recipe_predicts_what_it_predicted(string name, string architecture)
    {
        Recipe recipe = RecipeCatalogue.Load(name.Split(' ')[0], ["input.max_length=24", .. name.Split(' ')[1..]]);
        using TextModel model = _tiny.Load(recipe);
        using (no_grad())
        {
            // Values that no fresh parameter has, so that one that was not saved shows.
            foreach (Parameter parameter in model.Head.Parameters)
            {
                parameter.Value.mul_(1.5f).add_(0.1f);
            }
        }

        ExampleSet examples = TinyModel.Texts(model, TinyModel.Examples(20, 9)).Examples;
        float[] before = model.Probabilities(examples);
        string directory = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(recipe, TinyModel.Labels, [5, 3, 1], 0.55, recipe.Head.Kind == HeadKind.Mlm ? TinyModel.LabelWords : null).Save(model, directory);
        Assert.Equal(architecture, JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "config.json")))!["architectures"]![0]!.GetValue<string>());
        (_, ClassifierModel loaded) = TunedModel.Load(directory);
        using (loaded)
        {
            Assert.All(before.Zip(loaded.Probabilities(examples)), x => Assert.Equal(x.First, x.Second, 1e-5f));
            Assert.NotEqual(before[0], before[3]);
        }
    }

    [Fact]
    public void A_tanh_head_is_written_as_transformers_names_it()
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(1));
        using TextModel model = _tiny.Load(recipe);
        string directory = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(recipe, TinyModel.Labels, [5, 3, 1], 0.55).Save(model, directory);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(directory);
        Assert.True(checkpoint.Contains("bert.pooler.dense.weight") && checkpoint.Contains("classifier.bias") && checkpoint.Contains("bert.encoder.layer.1.attention.self.key.weight"));
        Assert.DoesNotContain(checkpoint.Names, name => name.StartsWith("head.", StringComparison.Ordinal) || name.StartsWith("cls.", StringComparison.Ordinal) || name.Contains("query_key_value", StringComparison.Ordinal));
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "config.json")))!;
        Assert.Equal("BertForSequenceClassification", config["architectures"]![0]!.GetValue<string>());
        Assert.Equal("tool", config["id2label"]!["1"]!.GetValue<string>());
        Assert.Equal(2, config["label2id"]!["city"]!.GetValue<int>());
    }

    [Fact]
    public void Answers_do_not_depend_on_the_company()
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(1));
        using TextModel model = _tiny.Load(recipe);
        ExampleSet examples = TinyModel.Texts(model, TinyModel.Examples(25, 4)).Examples;
        float[] together = model.Probabilities(examples);
        for (int i = 0; i < examples.Count; i++)
        {
            float[] alone = model.Probabilities(new TextSet([((TextSet)examples).Sequences[i]]));
            Assert.All(alone.Zip(together.AsSpan(3 * i, 3).ToArray()), x => Assert.Equal(x.First, x.Second, 1e-5f));
        }
    }
}
