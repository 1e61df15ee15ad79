using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>A training step of one of Tailor's own tasks, as the training loop runs it; making the batch is timed with it.</summary>
internal sealed class TailorTask : ISideStep
{
    private readonly Workload _workload;
    private readonly IDisposable _model;
    private readonly TrainingTask _task;
    private readonly AdamW _optimizer;
    private TrainingBatch? _batch;
    private long _pass;

    private TailorTask(Workload workload, IDisposable model, TrainingTask task, StageRecipe stage)
    {
        (_workload, _model, _task) = (workload, model, task);
        task.Arrange(0);
        IReadOnlyList<ParameterGroup> groups = StagePlanner.Plan(task, stage);
        task.Begin(stage, workload.Seed, saved: null);
        _optimizer = new AdamW(groups, stage.Beta1, stage.Beta2, stage.Eps);
    }

    /// <summary>Prompt-tuning.</summary>
    public static TailorTask Prompt(Workload workload, Precision precision)
    {
        Recipe recipe = workload.Recipe("prompt");
        TextModel model = TextModel.Load(workload.Directory, recipe, workload.Classes, new Verbalizer(workload.LabelWords!), workload.Seed);
        model.Precision = precision;
        var train = new LabelledExamples(workload.ToTextSet(), workload.Labels);
        string[] names = [.. Enumerable.Range(0, workload.Classes).Select(c => $"class {c}")];
        return new(workload, model, new ClassificationTask(model, train, new LabelledExamples(new TextSet([]), []), names, train.Counts(workload.Classes), 0.55), recipe.Stages[0]);
    }

    /// <summary>Masked-language modelling.</summary>
    public static TailorTask MaskedLanguage(Workload workload, Precision precision)
    {
        TextBackbone backbone = TextBackbone.Load(workload.Directory, workload.Seed);
        return new(workload, backbone, new MaskedLanguageTask(backbone, workload.ToTextSet().Sequences, [], Workload.MaskProbability) { Precision = precision }, new StageRecipe { Lr = workload.LearningRate });
    }

    /// <inheritdoc/>
    public void Prepare(int step) => _batch = new TrainingBatch(_workload.Batches[step]);

    /// <inheritdoc/>
    public double Run()
    {
        LossParts loss;
        double value;
        using (NewDisposeScope())
        {
            loss = _task.Loss(_batch!, _workload.Seed, _pass++);
            value = loss.Numerator.item<float>();
            loss.Numerator.backward();
        }

        _optimizer.Step(_workload.LearningRate, _workload.Clip, 1 / loss.Denominator);
        return value / loss.Denominator;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _task.EndStage();
        _model.Dispose();
    }
}
