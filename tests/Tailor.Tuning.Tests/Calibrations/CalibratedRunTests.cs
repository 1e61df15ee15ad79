using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

/// <summary>Whole runs with each calibration through the library's face: what training scored, evaluate and predict say again of the saved folder.</summary>
public sealed class CalibratedRunTests : IDisposable
{
    private static readonly string[] Steps = ["input.max_length=24", "stages.0.epochs=null", "stages.0.patience=null", "stages.0.steps=40", "stages.0.batch_size=8", "stages.0.lr=5e-3", "stages.0.eval_every=10"];

    private readonly TinyModel _tiny = new();
    private readonly TextDataset _data = Data(dev: true);

    public CalibratedRunTests()
    {
        Directory.CreateDirectory(DataFolder);
        File.WriteAllText(Path.Combine(DataFolder, "label2idx.json"), """{ "fruit": 0, "tool": 1, "city": 2 }""");
        File.WriteAllText(Path.Combine(DataFolder, "verbalizer.json"), """{ "fruit": "apple", "tool": "hammer saw", "city": "paris" }""");
        foreach ((string name, IReadOnlyList<TextExample> rows) in new[] { ("train", _data.Train), ("dev", _data.Dev), ("test", _data.Test) })
        {
            TextTableWriter.Write(Path.Combine(DataFolder, name + ".csv"), rows);
        }
    }

    private string DataFolder => Path.Combine(_tiny.Folder, "data");

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [InlineData("cls-eta", true)]
    [InlineData("tau-norm", true)]
    [InlineData("tau-norm calibration.tau=0.6", true)]
    [InlineData("logit-adjustment", true)]
    [InlineData("cls-tanh calibration.kind=logit_adjustment calibration.tau=1.5", true)]
    [InlineData("cls-relu calibration.kind=temperature", true)]
    [InlineData("crt", true)]
    [InlineData("lws", true)]
    [InlineData("ncm", false)]
    [InlineData("ncm calibration.distance=euclidean", false)]
    [InlineData("cls-layer-norm calibration.kind=crt head.init=uniform", true)]
    [InlineData("prompt calibration.kind=ncm", false)]
    [InlineData("prompt calibration.kind=logit_adjustment", false)]
    [InlineData("prompt calibration.kind=temperature calibration.temperature=2.5", false)]
    [InlineData("cls-tanh head=cosine calibration.kind=logit_adjustment calibration.tau=1.5", false)]
    [InlineData("cls-tanh head=cosine calibration.kind=crt", false)]
    [InlineData("cls-tanh head=cosine calibration.kind=lws", false)]
    [InlineData("cls-tanh head=cosine head.scale=1 stages.0.loss=asymmetric_gcl stages.0.sampler=dual calibration.kind=temperature calibration.temperature=0.05", false)]
    [InlineData("cls-tanh head=linear head.init=zeros calibration.kind=tau_norm calibration.tau=0.8", true)]
    public void Train_evaluate_and_predict_agree(string words, bool folded)
    {
        string[] parts = words.Split(' ');
        var remarks = new List<string>();
        RunResult run = Train("run", parts[0], parts[1..], remarks);
        Assert.Equal(!folded, File.Exists(Path.Combine(run.Folder, "model", "calibration.safetensors")));
        using TextClassifier classifier = TextClassifier.Load(run.Folder);
        EvaluationReport again = classifier.Evaluate(_data.Test);
        Assert.Equal(run.Test!.Scores.Accuracy, again.Scores.Accuracy);
        Assert.Equal(run.Test.LogLoss!.Value, again.LogLoss!.Value, 1e-5);
        Prediction[] predictions = [.. classifier.Predict(_data.Test.Select(e => (e.Text, e.Pair)))];
        Assert.Equal(run.Test.Scores.Accuracy, predictions.Zip(_data.Test).Count(x => x.First.Label == x.Second.Label) / (double)_data.Test.Count, 12);
        ScoredExample[] scored = [.. PredictionFile.Read(Path.Combine(run.Folder, "predictions.jsonl")).Examples];
        Assert.All(predictions.Zip(scored), x => Assert.Equal(x.Second.Probability!.Value, x.First.Probability, 1e-4));

        // The calibration did something: the same run without it says other probabilities.
        RunResult plain = Train("plain", parts[0], [.. parts[1..].Where(p => !p.StartsWith("calibration", StringComparison.Ordinal)), .. Without(parts[0])], []);
        Assert.True(Math.Abs(plain.Test!.LogLoss!.Value - run.Test.LogLoss.Value) > 1e-4);
    }

    [Fact]
    public void The_choice_is_said_and_kept_and_is_the_best_on_dev()
    {
        var remarks = new List<string>();
        RunResult run = Train("run", "logit-adjustment", [], remarks);
        JsonArray notes = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Folder, "result.json")))!["calibrations"]!.AsArray();
        Assert.Equal(2, notes.Count);
        JsonNode adjustment = notes[0]!, temperature = notes[1]!;
        Assert.Equal(("logit_adjustment", "dev", "macro_f1"), (adjustment["kind"]!.GetValue<string>(), adjustment["chosen_on"]!.GetValue<string>(), adjustment["metric"]!.GetValue<string>()));
        (double Tau, double Score)[] tried = [.. adjustment["tried"]!.AsArray().Select(point => (point!["tau"]!.GetValue<double>(), point["score"]!.GetValue<double>()))];
        Assert.Equal(Enumerable.Range(0, 21).Select(i => i / 10.0), tried.Select(point => point.Tau));
        double tau = adjustment["tau"]!.GetValue<double>();
        Assert.Equal(tried.First(point => point.Score == tried.Max(p => p.Score)).Tau, tau);
        Assert.Equal(1, remarks.Count(r => r.StartsWith($"calibration logit_adjustment: tau {tau} by dev macro_f1", StringComparison.Ordinal)));
        Assert.Equal(1, remarks.Count(r => r.StartsWith("calibration temperature: ", StringComparison.Ordinal)));
        Assert.True(temperature["log_loss_after"]!.GetValue<double>() <= temperature["log_loss_before"]!.GetValue<double>());

        // The score of the chosen value is what the saved classifier gets on dev: the temperature moves no decision.
        using TextClassifier classifier = TextClassifier.Load(run.Folder);
        EvaluationReport dev = classifier.Evaluate(_data.Dev);
        Assert.Equal(tried.Max(point => point.Score), dev.Scores.MacroF1, 1e-9);
        Assert.Equal(temperature["log_loss_after"]!.GetValue<double>(), dev.LogLoss!.Value, 1e-4);
    }

    [Fact]
    public void Tau_zero_of_logit_adjustment_changes_nothing()
    {
        RunResult adjusted = Train("adjusted", "cls-tanh", ["calibration.kind=logit_adjustment", "calibration.tau=0"], []), plain = Train("plain", "cls-tanh", [], []);
        Assert.Equal(plain.Test!.LogLoss, adjusted.Test!.LogLoss);
        Assert.Equal(File.ReadAllBytes(Path.Combine(plain.Folder, "model", "model.safetensors")), File.ReadAllBytes(Path.Combine(adjusted.Folder, "model", "model.safetensors")));
    }

    [Fact]
    public void A_retrained_run_has_the_bits_of_another_and_the_encoder_of_the_plain_one()
    {
        string Weights(string name, string recipe) => Path.Combine(Train(name, recipe, [], []).Folder, "model", "model.safetensors");
        string once = Weights("once", "crt"), again = Weights("again", "crt"), plain = Weights("plain", "cls-tanh");
        Assert.Equal(File.ReadAllBytes(once), File.ReadAllBytes(again));
        using SafetensorsFile retrained = SafetensorsFile.Open(once), trained = SafetensorsFile.Open(plain);
        Assert.All(trained.Entries.Keys, name => Assert.Equal(!name.StartsWith("classifier.", StringComparison.Ordinal), trained.Bytes(name).SequenceEqual(retrained.Bytes(name))));
    }

    [Fact]
    public void A_run_stopped_while_it_calibrates_is_resumed_to_the_same_bits()
    {
        string Resumed()
        {
            using var stop = new CancellationTokenSource();
            var listener = new Listener(e =>
            {
                if (e is Remark { Text: var text } && text.StartsWith("calibration crt", StringComparison.Ordinal))
                {
                    stop.Cancel();
                }
            });
            RunResult stopped = Runs.Train(Request("stopped", "crt", []), _data, listener, stop.Token);
            Assert.True(stopped.Stopped);
            Assert.False(Directory.Exists(Path.Combine(stopped.Folder, "model")));
            Assert.False(Runs.Resume(stopped.Folder, stop: TestContext.Current.CancellationToken).Stopped);
            return stopped.Folder;
        }

        string whole = Train("whole", "crt", [], []).Folder;
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "model", "model.safetensors")), File.ReadAllBytes(Path.Combine(Resumed(), "model", "model.safetensors")));
    }

    [Fact]
    public void Fitting_leaves_no_tensor_behind()
    {
        Recipe recipe = TinyModel.Recipe(TinyModel.Stage(1));
        using TextModel model = _tiny.Load(recipe);
        LabelledExamples train = TinyModel.Texts(model, TinyModel.Examples(60, 1)), dev = TinyModel.Texts(model, TinyModel.Examples(40, 2));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        foreach (CalibrationKind kind in new[] { CalibrationKind.Crt, CalibrationKind.Lws, CalibrationKind.Ncm, CalibrationKind.TauNorm, CalibrationKind.EtaNorm })
        {
            Recipe calibrated = recipe with { Calibrations = [new CalibrationRecipe { Kind = kind, Epochs = 2 }, new CalibrationRecipe { Kind = CalibrationKind.LogitAdjustment }, new CalibrationRecipe { Kind = CalibrationKind.Temperature }] };
            long before = TorchSharp.torch.Tensor.TotalCount;
            Assert.Equal(3, new Calibrator(model, calibrated, train, dev, TinyModel.Labels, 0.55, 1, null).Fit(TestContext.Current.CancellationToken).Count);
            Assert.Equal(before, TorchSharp.torch.Tensor.TotalCount);
        }
    }

    [Theory]
    [InlineData("tau-norm", "the tau of calibration tau_norm is chosen on the dev split, and there is none")]
    [InlineData("logit-adjustment", "the tau of calibration logit_adjustment is chosen on the dev split, and there is none")]
    [InlineData("cls-tanh calibration.kind=temperature", "the temperature of calibration temperature is chosen on the dev split, and there is none")]
    public void Without_a_dev_split_nothing_is_chosen(string words, string expected)
    {
        string[] parts = words.Split(' ');
        InputException fault = Assert.Throws<InputException>(() => Runs.Train(Request("run", parts[0], parts[1..]), Data(dev: false), stop: TestContext.Current.CancellationToken));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_tiny.Folder, "run")));
    }

    [Fact]
    public void What_learns_from_train_alone_does_without_a_dev_split() => Assert.NotNull(Runs.Train(Request("run", "crt", []), Data(dev: false), stop: TestContext.Current.CancellationToken).Test);

    [Fact]
    public void A_metric_that_is_undefined_on_dev_is_said()
    {
        // No class has more than 100 training examples, so there is no group of many.
        InputException fault = Assert.Throws<InputException>(() => Train("run", "tau-norm", ["stages.0.metric=many_f1"], []));
        Assert.Contains("many_f1, by which tau is chosen, is undefined on these dev rows", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_that_corrects_twice_warns_at_the_start()
    {
        var remarks = new List<string>();
        Train("run", "balanced-softmax", ["calibration.kind=logit_adjustment"], remarks);
        Assert.Single(remarks, r => r.StartsWith("warning: the recipe makes up for the classes' sizes twice", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("head=cosine calibration.kind=tau_norm calibration.tau=0.5", "warning: calibration tau_norm divides by the length of the classes' rows, which is 1 in head kind cosine")]
    [InlineData("head=cosine head.scale=1 stages.0.loss=gcl", "warning: head scale 1 gives probabilities of bare cosines, which are nearly even; predicted classes are right, and calibration { kind: temperature, temperature: 0.05 }")]
    public void What_a_cosine_head_makes_idle_or_even_is_said_at_the_start(string overrides, string expected)
    {
        var remarks = new List<string>();
        Train("run", "cls-tanh", overrides.Split(' '), remarks);
        Assert.StartsWith(expected, Assert.Single(remarks, r => r.StartsWith("warning: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("score_shift", "missing, of another shape, or not finite")]
    [InlineData(null, "not found")]
    public void A_damaged_calibration_is_refused(string? renamed, string expected)
    {
        string folder = Train("run", "ncm", [], []).Folder, file = Path.Combine(folder, "model", "calibration.safetensors");
        if (renamed is null)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllBytes(file, System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)).Replace(renamed, renamed.ToUpperInvariant(), StringComparison.Ordinal)));
        }

        Assert.Contains(expected, Assert.Throws<InputException>(() => TextClassifier.Load(folder)).Message, StringComparison.Ordinal);
    }

    private static string[] Without(string recipe) => recipe switch
    {
        "cls-eta" => ["calibration.kind=none", "calibration.eta=null"],
        "crt" or "lws" => ["calibration.kind=none", "calibration.epochs=null"],
        "tau-norm" => ["calibration.kind=none", "calibration.tau=null"],
        "ncm" => ["calibration.kind=none"],
        "logit-adjustment" => ["calibration=null"],
        _ => [],
    };

    private static TextDataset Data(bool dev)
    {
        // A long tail: class 0 keeps all of its rows, class 1 a third, class 2 a sixth.
        TextExample[] Rows(int count, long seed, bool tail) =>
        [
            .. TinyModel.Examples(count, seed)
                .Where((e, i) => !tail || e.Label == 0 || i % (3 * e.Label) == 0)
                .Select((e, i) => new TextExample(e.Text, null, TinyModel.Labels[e.Label], i + 2)),
        ];
        return TextDataset.Create(new LabelSet(TinyModel.Labels), Rows(200, 1, true), dev ? Rows(60, 2, false) : [], Rows(90, 3, false));
    }

    private RunResult Train(string name, string recipe, string[] overrides, List<string> remarks) =>
        Runs.Train(Request(name, recipe, overrides), _data, new Listener(e => remarks.AddRange(e is Remark { Text: var text } ? [text] : [])));

    private TrainRequest Request(string name, string recipe, string[] overrides) => new()
    {
        Data = DataFolder,
        Model = _tiny.Model,
        Recipe = recipe,
        Overrides = [.. Steps, .. overrides],
        Output = Path.Combine(_tiny.Folder, name),
    };

    private sealed class Listener(Action<TrainingEvent> hear) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => hear(value);
    }
}
