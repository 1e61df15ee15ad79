using System.Text.Json.Nodes;
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
        request = request with { DataOptions = request.DataOptions with { Numbers = RecipeCatalogue.Load(request.Recipe, request.Overrides).PredictsNumbers } };
        return Train(request, TextDataset.Load(request.Data, request.DataOptions), progress, stop);
    }

    /// <summary>Trains on a dataset that is already in memory (the demo's).</summary>
    /// <param name="request">What to do; its <see cref="RunRequest.Data"/> only names the dataset.</param>
    /// <param name="data">The dataset.</param>
    /// <param name="progress">Told of every step, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress.</param>
    public static RunResult Train(TrainRequest request, TextDataset data, IProgress<TrainingEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(data);
        RunFolder.RequireFree(request.Output);
        Recipe recipe = RecipeCatalogue.Load(request.Recipe, request.Overrides);
        Calibrator.RequireDev(recipe, data.Dev.Count);
        AugmentedSet? augmented = Augmented(request, recipe, data);
        var remarks = new List<string>();
        Verbalizer? verbalizer = LabelWords(request, recipe, data.Labels.Names, remarks.Add);
        return Train(request, recipe, verbalizer, augmented, new TokenizedDataset(data), remarks, progress, stop);
    }

    /// <summary>Trains a recipe that is already read, on a dataset that other runs may share.</summary>
    internal static RunResult Train(
        TrainRequest request, Recipe recipe, Verbalizer? verbalizer, AugmentedSet? augmented, TokenizedDataset data, IEnumerable<string> remarks, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        Libtorch.Load();
        LibtorchFacts facts = Libtorch.Facts();
        var description = new RunDescription(request, recipe, verbalizer, data.Data.Fingerprint, Libtorch.Threads, facts.Arithmetic, augmented?.Fingerprint);
        using TextModel model = LoadModel(request, recipe, verbalizer, data);
        foreach (string remark in remarks.Concat(RecipeWarnings.Of(recipe)))
        {
            progress?.Report(new Remark(remark));
        }

        RunFolder folder = RunFolder.Create(request.Output);
        folder.Write(folder.Description, description.ToJson());
        return Continue(folder, description, data, augmented, model, progress, stop);
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
        return Resume(folder, description, new TokenizedDataset(TextDataset.Load(description.Request.Data, description.Request.DataOptions)), progress, stop);
    }

    /// <summary>Continues a run on a dataset that other runs may share.</summary>
    internal static RunResult Resume(RunFolder folder, RunDescription description, TokenizedDataset data, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        TrainRequest request = description.Request;
        string fingerprint = data.Data.Fingerprint;
        if (fingerprint != description.DataFingerprint)
        {
            throw new InputException($"{request.Data}: the data is not what the run was begun with (fingerprint {fingerprint[..12]}, then {description.DataFingerprint[..12]}); restore the files or start a new run");
        }

        AugmentedSet? augmented = Augmented(request, description.Recipe, data.Data);
        if (augmented?.Fingerprint != description.AugmentedFingerprint)
        {
            throw new InputException($"{description.Request.Augmented}: the augmented rows are not what the run was begun with; restore the file or start a new run");
        }

        Libtorch.Load(description.Threads);
        LibtorchFacts facts = Libtorch.Facts();
        if (facts.Arithmetic != description.InstructionSet || Libtorch.Threads != description.Threads)
        {
            progress?.Report(new Remark($"the run was begun with {description.InstructionSet} and {description.Threads} threads, this process has {facts.Arithmetic} and {Libtorch.Threads}: the result will be sound but its bits may differ"));
        }

        using TextModel model = LoadModel(request, description.Recipe, description.Verbalizer, data);
        folder.RemoveLeftovers();
        return Continue(folder, description, data, augmented, model, progress, stop);
    }

    /// <summary>Refuses what would only be refused once a run has begun: a recipe that does not fit the model.</summary>
    internal static void Check(TrainRequest request, Recipe recipe, Verbalizer? verbalizer, TokenizedDataset data)
    {
        Libtorch.Load();
        using TextModel model = LoadModel(request, recipe, verbalizer, data);
        TextTask task = Task(model, recipe, data, augmented: null, request);
        foreach (StageRecipe stage in recipe.Stages)
        {
            _ = task.Groups(stage);
        }
    }

    private static TextModel LoadModel(TrainRequest request, Recipe recipe, Verbalizer? verbalizer, TokenizedDataset data) =>
        TextModel.Load(request.Model, recipe, data.Data.Labels.Count, verbalizer, request.Seed, ComputeDevice.Find(request.Device));

    private static TextTask Task(TextModel model, Recipe recipe, TokenizedDataset data, AugmentedSet? augmented, TrainRequest request)
    {
        LabelledTexts train = Labelled(model, recipe, data, data.Data.Train), dev = Labelled(model, recipe, data, data.Data.Dev);
        LabelledTexts? further = augmented is null ? null : Labelled(model, recipe, data, augmented.Examples);
        return recipe.PredictsNumbers
            ? new RegressionTask(model, train, dev, data.Data.Labels.Names)
            : new TextTask(model, train.Sequences, train.ClassIds, dev.Sequences, dev.ClassIds, data.Data.Labels.Names, data.Data.TrainCounts, request.Rho, further, request.Groups);
    }

    private static RunResult Continue(RunFolder folder, RunDescription description, TokenizedDataset data, AugmentedSet? augmented, TextModel model, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        foreach (string remark in model.Backbone.Report.Remarks().Concat(data.Data.Notes))
        {
            progress?.Report(new Remark(remark));
        }

        TrainRequest request = description.Request;
        Recipe recipe = description.Recipe;
        TextTask task = Task(model, recipe, data, augmented, request);
        var options = new LoopOptions { Seed = request.Seed, CheckpointEvery = request.CheckpointEvery };
        LoopResult loop = new TrainingLoop(task, recipe.Stages, folder, options, progress).Run(stop);
        var stopped = new RunResult(folder.Path, Stopped: true, null, "", loop.BestScore, loop.BestStep);
        if (loop.Stopped)
        {
            return stopped;
        }

        JsonArray calibrations;
        try
        {
            calibrations = new Calibrator(model, recipe, Labelled(model, recipe, data, data.Data.Train), Labelled(model, recipe, data, data.Data.Dev), data.Data.Labels.Names, request.Rho, request.Seed, progress, request.Groups).Fit(stop);
        }
        catch (OperationCanceledException)
        {
            return stopped;
        }

        (string split, IReadOnlyList<TextExample> examples) = data.Scored;
        EvaluationReport? report = null;
        RegressionReport? numbers = null;
        if (recipe.PredictsNumbers)
        {
            numbers = examples.Count < 2 ? null : RegressionReport.Of(TextDataset.Values(examples), model.Values(data.Sequences(model, recipe.Input, examples)));
        }
        else if (examples.Count > 0)
        {
            float[] probabilities = model.Probabilities(data.Sequences(model, recipe.Input, examples));
            report = RunEnding.Score(folder, data, Classes.ArgMax(probabilities, data.Data.Labels.Count), probabilities, request);
        }

        folder.Write(() => new TunedModel(recipe, data.Data.Labels.Names, data.Data.TrainCounts, request.Rho, description.Verbalizer, request.Groups).Save(model, folder.Model));
        RunEnding.Write(
            folder,
            split,
            (IScoreReport?)report ?? numbers,
            loop.Elapsed.TotalSeconds,
            loop.TrainedParameters,
            (loop.BestScore, loop.BestStep),
            result =>
            {
                result["calibrations"] = calibrations;
                ReportFacts.AddTo(result, data.Data, model);
            });
        if (numbers is null)
        {
            Reports.WriteAtEnd(folder, progress);
        }

        return new RunResult(folder.Path, Stopped: false, report, split, loop.BestScore, loop.BestStep) { Numbers = numbers };
    }

    /// <summary>The label words of a prompt recipe: of the file asked for, else of <c>verbalizer.json</c> in the data folder, else the class names.</summary>
    internal static Verbalizer? LabelWords(RunRequest request, Recipe recipe, IReadOnlyList<string> labels, Action<string> remark)
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

    /// <summary>The augmented rows of a recipe that trains on such.</summary>
    internal static AugmentedSet? Augmented(RunRequest request, Recipe recipe, TextDataset data)
    {
        bool wanted = recipe.Stages.Any(stage => stage.Data == StageData.Augmented);
        return (wanted, request.Augmented) switch
        {
            (true, { } path) => AugmentedSet.Read(path, data, request.DataOptions.Table),
            (true, null) => throw new InputException($"recipe '{recipe.Name}' trains a stage on augmented rows; make them with: tailor augment --data {request.Data} --out augmented.csv, and give them with --augmented augmented.csv"),
            (false, { }) => throw new InputException($"recipe '{recipe.Name}' has no stage with data augmented; leave --augmented out, or take a recipe such as two-stage-augmented"),
            _ => null,
        };
    }

    private static LabelledTexts Labelled(TextModel model, Recipe recipe, TokenizedDataset data, IReadOnlyList<TextExample> part) =>
        new(data.Sequences(model, recipe.Input, part), data.Data.LabelIds(part), data.Data.HasNumbers ? TextDataset.Values(part) : null);
}
