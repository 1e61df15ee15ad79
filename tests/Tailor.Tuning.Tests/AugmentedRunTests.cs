using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

/// <summary>Runs on an augmented file through the library's face.</summary>
public sealed class AugmentedRunTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    public AugmentedRunTests()
    {
        TextExample[] rows = [.. TinyModel.Examples(150, 1).Where((e, i) => e.Label == 0 || i % 2 == 0).Select(e => new TextExample(e.Text, null, TinyModel.Labels[e.Label], 0))];
        TextTableWriter.Write(In("rows.csv"), rows);
        TextDataset data = TextDataset.Load(In("rows.csv"), new DatasetOptions());
        TextTableWriter.Write(In("augmented.csv"), BalancedAugmentation.Make(data.Train, data.Labels, new AugmentationOptions(), 1), withOrigins: true);
    }

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void A_run_stopped_in_its_augmented_stage_is_resumed_to_the_same_bits()
    {
        string whole = Weights(Run("whole", int.MaxValue));
        RunResult stopped = Run("parts", 5);
        Assert.True(stopped.Stopped);
        Assert.Equal(In("augmented.csv"), JsonNode.Parse(File.ReadAllText(Path.Combine(stopped.Folder, "run.json")))!["augmented"]!.GetValue<string>());
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(Weights(Runs.Resume(stopped.Folder, stop: TestContext.Current.CancellationToken))));
    }

    [Fact]
    public void A_run_is_not_resumed_with_other_augmented_rows()
    {
        RunResult stopped = Run("parts", 5);
        string[] lines = File.ReadAllLines(In("augmented.csv"));
        File.WriteAllLines(In("augmented.csv"), lines[..^1]);
        Assert.Contains("augmented.csv: the augmented rows are not what the run was begun with", Assert.Throws<InputException>(() => Runs.Resume(stopped.Folder, stop: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        File.Delete(In("augmented.csv"));
        Assert.Contains("augmented.csv", Assert.Throws<InputException>(() => Runs.Resume(stopped.Folder, stop: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_stage_is_as_long_as_the_augmented_file_and_its_classes_count()
    {
        var started = new List<StageStarted>();
        Run("run", int.MaxValue, e => started.AddRange(e is StageStarted stage ? [stage] : []));
        int augmented = File.ReadAllLines(In("augmented.csv")).Length - 1, train = TextDataset.Load(In("rows.csv"), new DatasetOptions()).Train.Count;
        Assert.True(augmented > train);
        Assert.Equal([(augmented + 15) / 16, (train + 15) / 16], started.Select(stage => (int)stage.TotalSteps));
    }

    private string In(string name) => Path.Combine(_tiny.Folder, name);

    private static string Weights(RunResult run) => Path.Combine(run.Folder, "model", "model.safetensors");

    private RunResult Run(string name, int stopAfter, Action<TrainingEvent>? hear = null)
    {
        using var stop = new CancellationTokenSource();
        int steps = 0;
        var request = new TrainRequest { Data = In("rows.csv"), Model = _tiny.Model, Recipe = "two-stage-augmented", Augmented = In("augmented.csv"), Overrides = ["input.max_length=24"], Output = In(name) };
        return Runs.Train(request, new Listener(e =>
        {
            hear?.Invoke(e);
            if (e is StepDone && ++steps == stopAfter)
            {
                stop.Cancel();
            }
        }), stop.Token);
    }

    private sealed class Listener(Action<TrainingEvent> hear) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => hear(value);
    }
}
