using System.Globalization;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Classification: a <see cref="ClassifierModel"/> trained on labelled examples and scored on a dev split.</summary>
/// <param name="model">The model.</param>
/// <param name="train">The training examples.</param>
/// <param name="dev">The dev examples; may be none.</param>
/// <param name="labels">The class names.</param>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="rho">Glee's head/tail threshold.</param>
/// <param name="augmented">The examples of stages with data augmented, when the recipe has any.</param>
/// <param name="frozen">Where the states of layers that do not train are kept; the stage's own when null.</param>
/// <param name="groups">The bounds between many, medium and few.</param>
public class ClassificationTask(
    ClassifierModel model, LabelledExamples train, LabelledExamples dev, IReadOnlyList<string> labels, IReadOnlyList<int> trainCounts, double rho, LabelledExamples? augmented = null, FrozenStatePool? frozen = null,
    ShotBounds groups = ShotBounds.Oltr)
    : TrainingTask
{
    private LabelledExamples _data = train;
    private ClassificationLoss? _loss, _unweighted;
    private Mixout? _mixout;
    private ChildTuning? _child;
    private FrozenStatePool? _pool;
    private FrozenStates? _trainStates, _devStates;

    /// <summary>The training examples.</summary>
    private protected LabelledExamples Train { get; } = train;

    /// <summary>The dev examples.</summary>
    private protected LabelledExamples Dev { get; } = dev;

    /// <summary>The model.</summary>
    private protected ClassifierModel Model => model;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => model.Parameters;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Lengths => _data.Examples.Lengths;

    /// <inheritdoc/>
    public override IReadOnlyList<int> ClassIds => _data.ClassIds;

    /// <inheritdoc/>
    public override string? Remark => _trainStates is { } states
        ? string.Create(CultureInfo.InvariantCulture, $"the first {states.Layers} of {model.Sites.Layers.Count} layers stand still: what they give was computed once for all {_data.Examples.Count} examples ({states.Bytes / 1048576.0:F0} MiB{(states.InFile ? ", in a file" : "")})")
        : null;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> Groups(StageRecipe stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        IReadOnlyList<Parameter> adapter = model.AdapterStands ? model.Adapter!.TrainedIn(stage) : [];
        IEnumerable<Parameter> body = stage.Train switch
        {
            TrainScope.All => model.BackboneParameters.Concat(adapter),
            TrainScope.LastLayers => LastLayers(stage.Layers).Concat(adapter),
            TrainScope.Adapter => model.Adapter!.BackboneParameters.Concat(adapter),
            _ => [],
        };
        return [.. StagePlanner.Grouped(body, stage.WeightDecay), .. StagePlanner.Grouped(model.Head.Parameters, stage.WeightDecay, (stage.HeadLr ?? stage.Lr) / stage.Lr)];
    }

    private IEnumerable<Parameter> LastLayers(int count)
    {
        int layers = model.Sites.Layers.Count;
        return count <= layers
            ? model.BackboneParameters.Where(p => model.LayerOf(p) >= layers - count)
            : throw new InputException($"a stage trains the last {count} layers of an encoder that has {layers}; give stages.N.layers {layers} or less, or train all");
    }

    /// <inheritdoc/>
    public override void Arrange(int stage)
    {
        model.Adapter?.Enter(model.Recipe.Stages[stage]);
        model.SetAdapter(StageWeights.AdapterStands(model.Recipe, stage));
    }

    /// <inheritdoc/>
    public override void Enter(int stage)
    {
        StageRecipe next = model.Recipe.Stages[stage];
        if (next.Adapter == AdapterFate.Merge)
        {
            model.MergeAdapter();
        }

        model.Restart(next.Backbone == WeightStart.Fresh, next.Head == WeightStart.Fresh);
        if (next.Head == WeightStart.Fresh)
        {
            StartHead();
        }
    }

    /// <inheritdoc/>
    public override void Start() => StartHead();

    /// <summary>A head that starts from features reads those of the backbone alone, without an adapter; one that starts from names, the text tower.</summary>
    private void StartHead()
    {
        HeadRecipe recipe = model.Recipe.Head;
        if (recipe.Init == HeadInit.ClassNames)
        {
            using var _ = no_grad();
            using Tensor rows = model.NameRows(labels);
            model.Head.Output!.Weight.Value.copy_(rows);
            model.Head.Output.Bias?.Value.zero_();
        }

        if (!HeadInitialization.IsFromFeatures(recipe))
        {
            return;
        }

        bool stood = model.AdapterStands;
        model.SetAdapter(stands: false);
        int[] examples = HeadInitialization.Examples(recipe, Train.ClassIds);
        using Tensor features = model.Features(Train.Examples, examples);
        HeadInitialization.Set(recipe, model.Head, features, [.. examples.Select(i => Train.ClassIds[i])]);
        model.SetAdapter(stood);
    }

    /// <inheritdoc/>
    public override void Begin(StageRecipe stage, long seed, Func<string, Tensor?>? saved)
    {
        ArgumentNullException.ThrowIfNull(stage);
        _data = stage.Data == StageData.Train ? Train : augmented ?? throw new InvalidOperationException("A stage trains on augmented examples, and the task has none.");
        IReadOnlyList<int> counts = stage.Data == StageData.Train ? trainCounts : _data.Counts(labels.Count);
        Prepare(stage.Loss, counts);
        EndStage();
        _mixout = stage.Mixout > 0 ? new Mixout(model, stage.Mixout) : null;
        _child = stage.Child is { } share ? saved is null ? ChildTuning.Choose(this, model, stage, share, seed) : ChildTuning.Restore(model, saved) : null;
        Freeze(stage);
    }

    /// <summary>Lets the layers below the deepest that trains run once. Scoring has no dropout, so dev examples always can; training passes only where the stage, or the model, has none there.</summary>
    private void Freeze(StageRecipe stage)
    {
        int layers = model.FrozenLayers();
        if (layers == 0)
        {
            return;
        }

        _pool = frozen ?? new FrozenStatePool();
        bool quiet = !stage.FrozenDropout || !model.HasDropout;
        model.QuietLayers = quiet && _mixout is null ? layers : 0;
        if (model.QuietLayers > 0 && !_data.Examples.Varies)
        {
            _trainStates = _pool.Get(model, _data.Examples, layers);
        }

        if (Dev.Examples.Count > 0)
        {
            _devStates = _pool.Get(model, Dev.Examples, layers);
        }
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
        foreach (FrozenStates? states in new[] { _trainStates, _devStates })
        {
            if (states is not null)
            {
                _pool!.Release(states);
            }
        }

        if (frozen is null)
        {
            _pool?.Dispose();
        }

        (_mixout, _child, _pool, _trainStates, _devStates) = (null, null, null, null, null);
        model.QuietLayers = 0;
    }

    /// <inheritdoc/>
    public override LossParts Loss(TrainingBatch batch, long seed, long pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using IExampleBatch examples = _data.Examples.Batch(batch, model.Device, seed, pass);
        var dropout = new DropoutPlaces(seed, pass, training: true);
        Tensor logits = _mixout is { } mixout ? mixout.Forward(examples, dropout)
            : _trainStates is { } states ? model.Forward(states.Of(batch.Examples, model.Device), examples, dropout)
            : model.Forward(examples, dropout);
        return LossOf(logits, batch, LogitNoise.Of(seed, pass));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate()
    {
        if (Dev.Examples.Count == 0)
        {
            return new Dictionary<string, double>();
        }

        float[] probabilities = model.Probabilities(Dev.Examples, _devStates);
        EvaluationReport report = EvaluationReport.Of(labels, Dev.ClassIds, Classes.ArgMax(probabilities, labels.Count), probabilities, trainCounts, rho, groups);
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
        LossParts loss = (batch.ClassWeighted ? _loss : _unweighted)!.Of(logits, gold, batch.Companions, batch.CompanionWeight, noise);
        return model.AdapterStands && model.Adapter!.Penalty is { } penalty ? loss with { Numerator = loss.Numerator.add(Mean(penalty, batch).mul(LastingScalar.Of(loss.Denominator)), LastingScalar.One) } : loss;
    }

    /// <summary>The mean of a penalty over the first draw, plus that over the second with its weight: each stands beside the mean loss of its own draw.</summary>
    private static Tensor Mean(Tensor penalty, TrainingBatch batch)
    {
        long first = penalty.shape[0] - batch.Companions;
        Tensor mean = penalty.narrow(0, 0, first).mean();
        return batch.Companions == 0 ? mean : mean.add(penalty.narrow(0, first, batch.Companions).mean().mul(LastingScalar.Of(batch.CompanionWeight)), LastingScalar.One);
    }
}
