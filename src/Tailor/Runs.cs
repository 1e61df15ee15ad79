using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Starts and continues training runs.</summary>
public static class Runs
{
    /// <summary>Trains a recipe on a dataset with one seed, scores the test split and writes the model to deploy.</summary>
    /// <param name="request">What to do. Everything in it is checked before the run folder is made.</param>
    /// <param name="progress">Told of every step, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress; the run can then be resumed.</param>
    /// <exception cref="InputException">Something in the request cannot be.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public static RunResult Train(TrainRequest request, IProgress<TrainingEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Train(request, TextDataset.Load(request.Data, request.DataOptions), progress, stop);
    }

    /// <summary>Trains on a dataset that is already in memory (the demo's).</summary>
    /// <param name="request">What to do; its <see cref="TrainRequest.Data"/> only names the dataset.</param>
    /// <param name="data">The dataset.</param>
    /// <param name="progress">Told of every step, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress.</param>
    public static RunResult Train(TrainRequest request, TextDataset data, IProgress<TrainingEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(data);
        RunFolder.RequireFree(request.Output);
        Recipe recipe = RecipeCatalogue.Load(request.Recipe, request.Overrides);
        Libtorch.Load();
        LibtorchFacts facts = Libtorch.Facts();
        var remarks = new List<string>();
        Verbalizer? verbalizer = Words(request, recipe, data.Labels.Names, remarks.Add);
        var description = new RunDescription(request, recipe, verbalizer, data.Fingerprint, Libtorch.Threads, facts.Arithmetic);
        using TextModel model = TextModel.Load(request.Model, recipe, data.Labels.Count, verbalizer, request.Seed, ComputeDevice.Find(request.Device));
        foreach (string remark in remarks)
        {
            progress?.Report(new Remark(remark));
        }

        RunFolder folder = RunFolder.Create(request.Output);
        folder.Write(folder.Description, description.ToJson());
        return Continue(folder, description, data, model, progress, stop);
    }

    /// <summary>Continues a run that was stopped or killed, to the same bits as if it had not been.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="progress">Told of every step, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress.</param>
    /// <exception cref="InputException">The run is finished, or its data, thread count or instruction set is not what it was.</exception>
    public static RunResult Resume(string runFolder, IProgress<TrainingEvent>? progress = null, CancellationToken stop = default)
    {
        RunFolder folder = RunFolder.OpenUnfinished(runFolder);
        RunDescription description = RunDescription.Read(folder);
        TextDataset data = TextDataset.Load(description.Request.Data, description.Request.DataOptions);
        if (data.Fingerprint != description.DataFingerprint)
        {
            throw new InputException($"{description.Request.Data}: the data is not what the run was begun with (fingerprint {data.Fingerprint[..12]}, then {description.DataFingerprint[..12]}); restore the files or start a new run");
        }

        Libtorch.Load(description.Threads);
        LibtorchFacts facts = Libtorch.Facts();
        if (facts.Arithmetic != description.InstructionSet || Libtorch.Threads != description.Threads)
        {
            progress?.Report(new Remark($"the run was begun with {description.InstructionSet} and {description.Threads} threads, this process has {facts.Arithmetic} and {Libtorch.Threads}: the result will be sound but its bits may differ"));
        }

        using TextModel model = TextModel.Load(description.Request.Model, description.Recipe, data.Labels.Count, description.Verbalizer, description.Request.Seed, ComputeDevice.Find(description.Request.Device));
        folder.RemoveLeftovers();
        return Continue(folder, description, data, model, progress, stop);
    }

    private static RunResult Continue(RunFolder folder, RunDescription description, TextDataset data, TextModel model, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        foreach (string remark in model.Backbone.Report.Remarks().Concat(data.Notes))
        {
            progress?.Report(new Remark(remark));
        }

        TrainRequest request = description.Request;
        TokenSequence[] train = Tokenize(model, data.Train), dev = Tokenize(model, data.Dev);
        var task = new TextTask(model, train, data.LabelIds(data.Train), dev, data.LabelIds(data.Dev), data.Labels.Names, data.TrainCounts, request.Rho);
        var options = new LoopOptions { Seed = request.Seed, CheckpointEvery = request.CheckpointEvery };
        LoopResult loop = new TrainingLoop(task, description.Recipe.Stages, folder, options, progress).Run(stop);
        if (loop.Stopped)
        {
            return new RunResult(folder.Path, Stopped: true, null, "", loop.BestScore, loop.BestStep);
        }

        // With neither dev nor test there is nothing to score on; the training examples would only flatter.
        (string split, IReadOnlyList<TextExample> examples) = data.Test.Count > 0 ? ("test", data.Test) : ("dev", data.Dev);
        EvaluationReport? report = null;
        if (examples.Count > 0)
        {
            float[] probabilities = model.Probabilities(Tokenize(model, examples));
            int[] gold = data.LabelIds(examples), predicted = Classes.ArgMax(probabilities, data.Labels.Count);
            report = EvaluationReport.Of(data.Labels.Names, gold, predicted, probabilities, data.TrainCounts, request.Rho);
            IEnumerable<ScoredExample> scored = examples.Select((example, i) =>
            {
                ReadOnlySpan<float> row = probabilities.AsSpan(i * data.Labels.Count, data.Labels.Count);
                return new ScoredExample(example.Pair is null ? example.Text : $"{example.Text} | {example.Pair}", gold[i], predicted[i], row[predicted[i]], row[gold[i]]);
            });
            folder.Write(() => PredictionFile.Write(folder.Predictions, data.Labels.Names, scored));
        }

        folder.Write(() => new TunedModel(description.Recipe, data.Labels.Names, data.TrainCounts, request.Rho, description.Verbalizer).Save(model, folder.Model));
        var result = new JsonObject
        {
            ["split"] = split,
            ["best_step"] = loop.BestStep,
            ["best_dev_score"] = loop.BestScore,
            ["scores"] = report is null ? null : JsonNode.Parse(report.ToJson()),
        };
        ReportFacts.AddTo(result, data, model);
        folder.Write(folder.Result, result);
        Reports.WriteAtEnd(folder, progress);
        return new RunResult(folder.Path, Stopped: false, report, split, loop.BestScore, loop.BestStep);
    }

    /// <summary>The label words of a prompt recipe: of the file asked for, else of <c>verbalizer.json</c> in the data folder, else the class names.</summary>
    private static Verbalizer? Words(TrainRequest request, Recipe recipe, IReadOnlyList<string> labels, Action<string> remark)
    {
        if (recipe.Head.Kind != HeadKind.Mlm)
        {
            return request.Verbalizer is null ? null : throw new InputException($"recipe '{recipe.Name}' reads no label words; leave --verbalizer out, or use a prompt recipe");
        }

        string beside = Path.Combine(request.Data, "verbalizer.json");
        if ((request.Verbalizer ?? (File.Exists(beside) ? beside : null)) is not { } path)
        {
            return Verbalizer.FromLabels(labels);
        }

        remark($"label words from {path}");
        return Verbalizer.Read(path, labels, remark);
    }

    private static TokenSequence[] Tokenize(TextModel model, IReadOnlyList<TextExample> examples) => examples.Select(e => model.Tokenize(e.Text, e.Pair)).ToArray();
}
