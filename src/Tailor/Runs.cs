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
        Recipe recipe = RecipeCatalogue.Load(request.Recipe, request.Overrides);
        using RunData data = RunData.Load(request, recipe.Input.ReadsPictures, recipe.PredictsNumbers);
        return Train(request, recipe, data, progress, stop);
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
        using var shared = new TextRunData(data);
        return Train(request, RecipeCatalogue.Load(request.Recipe, request.Overrides), shared, progress, stop);
    }

    /// <summary>Trains a recipe that is already read, on a dataset that other runs may share.</summary>
    internal static RunResult Train(
        TrainRequest request, Recipe recipe, Verbalizer? verbalizer, AugmentedSet? augmented, RunData data, IEnumerable<string> remarks, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        Libtorch.Load();
        LibtorchFacts facts = Libtorch.Facts();
        var description = new RunDescription(request, recipe, verbalizer, data.Set.Fingerprint, Libtorch.Threads, facts.ArithmeticIn(request.Precision), augmented?.Fingerprint);
        using ClassifierModel model = LoadModel(request, recipe, verbalizer, data);
        RequireNames(model, data);
        foreach (string remark in remarks.Concat(RecipeWarnings.Of(recipe)))
        {
            progress?.Report(new Remark(remark));
        }

        RunFolder folder = RunFolder.Create(request.Output);
        try
        {
            folder.Write(folder.Description, description.ToJson());
            return Continue(folder, description, data, augmented, model, progress, stop);
        }
        catch (InputException) when (!Directory.Exists(folder.CheckpointFolder))
        {
            // A picture that cannot be decoded shows only now. There is nothing to resume, and the folder would be in the way of the next try.
            Directory.Delete(folder.Path, recursive: true);
            throw;
        }
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
        using RunData data = RunData.Load(description.Request, description.Recipe.Input.ReadsPictures, description.Recipe.PredictsNumbers);
        return Resume(folder, description, data, progress, stop);
    }

    /// <summary>Continues a run on a dataset that other runs may share.</summary>
    internal static RunResult Resume(RunFolder folder, RunDescription description, RunData data, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        TrainRequest request = description.Request;
        string fingerprint = data.Set.Fingerprint;
        if (fingerprint != description.DataFingerprint)
        {
            throw new InputException($"{request.Data}: the data is not what the run was begun with (fingerprint {fingerprint[..12]}, then {description.DataFingerprint[..12]}); restore the files or start a new run");
        }

        AugmentedSet? augmented = data.Augmented(request, description.Recipe);
        if (augmented?.Fingerprint != description.AugmentedFingerprint)
        {
            throw new InputException($"{description.Request.Augmented}: the augmented rows are not what the run was begun with; restore the file or start a new run");
        }

        Libtorch.Load(description.Threads);
        using ClassifierModel model = LoadModel(request, description.Recipe, description.Verbalizer, data);
        LibtorchFacts facts = Libtorch.Facts();
        string arithmetic = facts.ArithmeticIn(request.Precision);
        if (arithmetic != description.InstructionSet || Libtorch.Threads != description.Threads)
        {
            progress?.Report(new Remark($"the run was begun with {description.InstructionSet} and {description.Threads} threads, this process has {arithmetic} and {Libtorch.Threads}: the result will be sound but its bits may differ"));
        }

        folder.RemoveLeftovers();
        return Continue(folder, description, data, augmented, model, progress, stop);
    }

    /// <summary>Refuses what would only be refused once a run has begun: a recipe that does not fit the model.</summary>
    internal static void Check(TrainRequest request, Recipe recipe, Verbalizer? verbalizer, RunData data)
    {
        Libtorch.Load();
        using ClassifierModel model = LoadModel(request, recipe, verbalizer, data);
        RequireNames(model, data);
        ClassificationTask task = Task(model, recipe, data, augmented: null, request);
        foreach (StageRecipe stage in recipe.Stages)
        {
            _ = task.Groups(stage);
        }
    }

    private static RunResult Train(TrainRequest request, Recipe recipe, RunData data, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        RunFolder.RequireFree(request.Output);
        Calibrator.RequireDev(recipe, data.Set.Count(SplitPart.Dev));
        AugmentedSet? augmented = data.Augmented(request, recipe);
        var remarks = new List<string>();
        Verbalizer? verbalizer = LabelWords(request, recipe, data.Set.Labels.Names, remarks.Add);
        return Train(request, recipe, verbalizer, augmented, data, remarks, progress, stop);
    }

    private static ClassifierModel LoadModel(TrainRequest request, Recipe recipe, Verbalizer? verbalizer, RunData data)
    {
        MixedPrecision.Require(request.Precision, ComputeDevice.Find(request.Device));
        ClassifierModel model = data.LoadModel(request, recipe, verbalizer);
        model.Precision = request.Precision;
        return model;
    }

    /// <summary>A head that starts from the classes' names asks for them once the run has begun, which is too late to refuse them.</summary>
    private static void RequireNames(ClassifierModel model, RunData data)
    {
        if (model.Recipe.Head.Init == HeadInit.ClassNames)
        {
            model.NameRows(data.Set.Labels.Names).Dispose();
        }
    }

    private static ClassificationTask Task(ClassifierModel model, Recipe recipe, RunData data, AugmentedSet? augmented, TrainRequest request)
    {
        LabelledExamples train = data.Part(model, SplitPart.Train), dev = data.Part(model, SplitPart.Dev);
        return recipe.PredictsNumbers
            ? new RegressionTask(model, train, dev, data.Set.Labels.Names)
            : new ClassificationTask(model, train, dev, data.Set.Labels.Names, data.Set.TrainCounts, request.Rho, augmented is null ? null : data.Read(model, augmented), data.Frozen, request.Groups);
    }

    private static RunResult Continue(RunFolder folder, RunDescription description, RunData data, AugmentedSet? augmented, ClassifierModel model, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        if (description.Request.Precision == Precision.Mixed)
        {
            progress?.Report(new Remark("in mixed precision: linear layers in bf16, all else in fp32"));
        }

        foreach (string remark in model.Report.Remarks().Concat(data.Set.Notes).Concat(data.Remarks))
        {
            progress?.Report(new Remark(remark));
        }

        TrainRequest request = description.Request;
        Recipe recipe = description.Recipe;
        IReadOnlyList<string> labels = data.Set.Labels.Names;
        ClassificationTask task = Task(model, recipe, data, augmented, request);
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
            calibrations = new Calibrator(model, recipe, data.Part(model, SplitPart.Train), data.Part(model, SplitPart.Dev), labels, request.Rho, request.Seed, progress, request.Groups).Fit(stop);
        }
        catch (OperationCanceledException)
        {
            return stopped;
        }

        LabelledExamples scored = data.ToScore(model);
        EvaluationReport? report = null;
        RegressionReport? numbers = null;
        if (recipe.PredictsNumbers)
        {
            numbers = scored.Examples.Count < 2 ? null : RegressionReport.Of(scored.Values!, model.Values(scored.Examples));
        }
        else if (scored.Examples.Count > 0)
        {
            float[] probabilities = model.Probabilities(scored.Examples);
            report = RunEnding.Score(folder, data, Classes.ArgMax(probabilities, labels.Count), probabilities, request);
        }

        PromptUsage? prompts = Prompts(model, data, progress);
        folder.Write(() => new TunedModel(recipe, labels, data.Set.TrainCounts, request.Rho, description.Verbalizer, request.Groups).Save(model, folder.Model));
        RunEnding.Write(
            folder,
            data.ScoredName,
            (IScoreReport?)report ?? numbers,
            loop.Elapsed.TotalSeconds,
            loop.TrainedParameters,
            (loop.BestScore, loop.BestStep),
            result =>
            {
                result["calibrations"] = calibrations;
                ReportFacts.AddTo(result, data.Set, model, prompts);
            });
        if (numbers is null)
        {
            Reports.WriteAtEnd(folder, data, progress);
        }

        return new RunResult(folder.Path, Stopped: false, report, data.ScoredName, loop.BestScore, loop.BestStep) { Numbers = numbers };
    }

    /// <summary>Which prompt sets the scored pictures choose, those of train when there are none; null for models that choose none.</summary>
    private static PromptUsage? Prompts(ClassifierModel model, RunData data, IProgress<TrainingEvent>? progress)
    {
        if (model is not ImageModel { Groups: { } lpt } chooser)
        {
            return null;
        }

        SplitPart part = data.Set.Count(data.Scored) > 0 ? data.Scored : SplitPart.Train;
        LabelledExamples examples = data.Part(model, part);
        PromptUsage usage = PromptUsage.Of(chooser.Choices(examples.Examples), data.Set.LabelIds(part), data.Set.Labels.Count, lpt.Pool);
        progress?.Report(new Remark(usage.ToSentence(part == SplitPart.Train ? "train" : data.ScoredName)));
        return usage;
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
}
