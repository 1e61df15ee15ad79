using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Classification of texts: a <see cref="TextModel"/> trained on tokenised examples and scored on a dev split.</summary>
/// <param name="model">The model.</param>
/// <param name="train">The training examples.</param>
/// <param name="trainLabels">Their class ids.</param>
/// <param name="dev">The dev examples; may be none.</param>
/// <param name="devLabels">Their class ids.</param>
/// <param name="labels">The class names.</param>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="rho">Glee's head/tail threshold.</param>
/// <param name="augmented">The examples of stages with data augmented, when the recipe has any.</param>
/// <param name="groups">The bounds between many, medium and few.</param>
public class TextTask(
    TextModel model, IReadOnlyList<TokenSequence> train, int[] trainLabels, IReadOnlyList<TokenSequence> dev, int[] devLabels, IReadOnlyList<string> labels, IReadOnlyList<int> trainCounts, double rho,
    LabelledTexts? augmented = null, ShotBounds groups = ShotBounds.Oltr) : TrainingTask
{
    private LabelledTexts _data = new(train, trainLabels);
    private int[] _lengths = train.Select(sequence => sequence.Ids.Length).ToArray();
    private ClassificationLoss? _loss, _unweighted;
    private Mixout? _mixout;
    private ChildTuning? _child;

    /// <summary>The model.</summary>
    private protected TextModel Model => model;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => model.Parameters;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Lengths => _lengths;

    /// <inheritdoc/>
    public override IReadOnlyList<int> ClassIds => _data.ClassIds;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> Groups(StageRecipe stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var head = model.Head.Parameters.ToHashSet();
        var added = (model.Adapter?.Parameters ?? []).ToHashSet();
        IReadOnlyList<Parameter> adapter = model.AdapterStands ? [.. added] : [];

        // The pooler and the MLM head stay as they are: the head reads the last state itself.
        IEnumerable<Parameter> body = stage.Train switch
        {
            TrainScope.All => model.Parameters.Where(p => !head.Contains(p) && !added.Contains(p) && !p.Name.StartsWith("bert.pooler.", StringComparison.Ordinal) && !p.Name.StartsWith("cls.", StringComparison.Ordinal)).Concat(adapter),
            TrainScope.LastLayers => LastLayers(stage.Layers).Where(p => !added.Contains(p)).Concat(adapter),
            TrainScope.Adapter => model.Adapter!.BackboneParameters.Concat(adapter),
            _ => [],
        };
        return [.. StagePlanner.Grouped(body, stage.WeightDecay), .. StagePlanner.Grouped(model.Head.Parameters, stage.WeightDecay, (stage.HeadLr ?? stage.Lr) / stage.Lr)];
    }

    private IEnumerable<Parameter> LastLayers(int count)
    {
        int layers = model.Backbone.Config.Layers;
        string[] paths = count <= layers
            ? [.. Enumerable.Range(layers - count, count).Select(i => $"bert.encoder.layer.{i}.")]
            : throw new InputException($"a stage trains the last {count} layers of an encoder that has {layers}; give stages.N.layers {layers} or less, or train all");
        return model.Parameters.Where(p => paths.Any(path => p.Name.StartsWith(path, StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Arrange(int stage) => model.SetAdapter(StageWeights.AdapterStands(model.Recipe, stage));

    /// <inheritdoc/>
    public override void Enter(int stage)
    {
        StageRecipe next = model.Recipe.Stages[stage];
        if (next.Adapter == AdapterFate.Merge)
        {
            model.MergeAdapter();
        }

        model.Restart(next.Backbone == WeightStart.Fresh, next.Head == WeightStart.Fresh);
    }

    /// <inheritdoc/>
    public override void Begin(StageRecipe stage, long seed, Func<string, Tensor?>? saved)
    {
        ArgumentNullException.ThrowIfNull(stage);
        _data = stage.Data == StageData.Train ? new(train, trainLabels) : augmented ?? throw new InvalidOperationException("A stage trains on augmented examples, and the task has none.");
        _lengths = _data.Sequences.Select(sequence => sequence.Ids.Length).ToArray();
        IReadOnlyList<int> counts = stage.Data == StageData.Train ? trainCounts : _data.Counts(labels.Count);
        Prepare(stage.Loss, counts);
        EndStage();
        _mixout = stage.Mixout > 0 ? new Mixout(model, stage.Mixout) : null;
        _child = stage.Child is { } share ? saved is null ? ChildTuning.Choose(this, model, stage, share, seed) : ChildTuning.Restore(model, saved) : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, Tensor>> StageState => _child?.State ?? [];

    /// <inheritdoc/>
    public override void ChangeGradients() => _child?.Mask();

    /// <inheritdoc/>
    public override void EndStage()
    {
        _mixout?.Dispose();
        _child?.Dispose();
        (_mixout, _child) = (null, null);
    }

    /// <inheritdoc/>
    public override LossParts Loss(TrainingBatch batch, long seed, long pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using PackedBatch packed = PackedBatch.Of(batch.Examples.Select(i => _data.Sequences[i]).ToArray(), model.Device);
        var dropout = new DropoutPlaces(seed, pass, training: true);
        Tensor logits = _mixout is { } mixout ? mixout.Forward(packed, dropout) : model.Forward(packed, dropout);
        return LossOf(logits, batch, LogitNoise.Of(seed, pass));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate()
    {
        if (dev.Count == 0)
        {
            return new Dictionary<string, double>();
        }

        float[] probabilities = model.Probabilities(dev);
        EvaluationReport report = EvaluationReport.Of(labels, devLabels, Classes.ArgMax(probabilities, labels.Count), probabilities, trainCounts, rho, groups);
        return Metric.Names.Select(name => (Name: name, Value: Metric.Of(name, report))).Where(m => m.Value is not null).ToDictionary(m => m.Name, m => m.Value!.Value, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter(string metric) => Metric.HigherIsBetter(metric);

    /// <summary>Makes ready for a stage's loss.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="counts">Examples per class of the stage's data.</param>
    private protected virtual void Prepare(LossRecipe loss, IReadOnlyList<int> counts) =>
        (_loss, _unweighted) = (LossFactory.Create(loss, counts), LossFactory.Create(loss, counts, weighted: false));

    /// <summary>The loss of a batch whose scores are known.</summary>
    /// <param name="logits">[examples, classes].</param>
    /// <param name="batch">The examples.</param>
    /// <param name="noise">The pass's noise.</param>
    private protected virtual LossParts LossOf(Tensor logits, TrainingBatch batch, LogitNoise noise)
    {
        Tensor gold = tensor(batch.Examples.Select(i => (long)_data.ClassIds[i]).ToArray(), device: model.Device);
        return (batch.ClassWeighted ? _loss : _unweighted)!.Of(logits, gold, batch.Companions, batch.CompanionWeight, noise);
    }
}
