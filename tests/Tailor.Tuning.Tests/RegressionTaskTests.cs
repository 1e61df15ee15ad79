using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

public sealed class RegressionTaskTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Numbers_that_a_word_tells_are_learnt_and_predicted_again_from_the_saved_model()
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(200) with { Lr = 1e-2, BatchSize = 16, Loss = new LossRecipe { Kind = LossKind.Mse }, Metric = "pearson" });
        using TextModel model = _tiny.Load(recipe);
        LoopResult result = new TrainingLoop(
            TinyModel.Task(model, TinyModel.Examples(90, 1), TinyModel.Examples(30, 2)), recipe.Stages, RunFolder.Create(Path.Combine(_tiny.Folder, "run")), new LoopOptions { Seed = 3 }, progress: null).Run(CancellationToken.None);
        Assert.True(result.BestScore > 0.9, $"{result.BestScore}");
        LabelledExamples test = TinyModel.Texts(model, TinyModel.Examples(20, 9));
        float[] predicted = model.Values(test.Examples);
        Assert.True(test.Values!.Zip(predicted).Average(pair => Math.Abs(pair.First - pair.Second)) < 0.4, string.Join(' ', predicted));

        string directory = Path.Combine(_tiny.Folder, "saved");
        new TunedModel(recipe, ["value"], [90], 1).Save(model, directory);
        Assert.Contains("\"problem_type\": \"regression\"", File.ReadAllText(Path.Combine(directory, "config.json")), StringComparison.Ordinal);
        (_, ClassifierModel loaded) = TunedModel.Load(directory);
        using (loaded)
        {
            Assert.All(predicted.Zip(loaded.Values(test.Examples)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Theory]
    [InlineData("stages.0.metric=macro_f1", "loss mse predicts numbers, and metric macro_f1 scores classes; give metric pearson")]
    [InlineData("stages.0.sampler=class_balanced", "a sampler that draws by class beside loss mse")]
    [InlineData("calibration.kind=temperature", "a calibration of class scores with loss mse")]
    [InlineData("stages.0.loss.class_weights=balanced", "class_weights means nothing with kind mse")]
    public void What_needs_classes_is_refused(string set, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => RecipeCatalogue.Load("fine-tuning-regression", [set])).Message, StringComparison.Ordinal);
}
