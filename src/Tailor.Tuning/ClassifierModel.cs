using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>A classifier: backbone, adapter, head and calibration as a recipe puts them together.</summary>
public abstract class ClassifierModel : IDisposable
{
    private readonly ParameterBuilder _build;
    private HalfWeights? _halfWeights;

    /// <summary>Puts the parts together.</summary>
    /// <param name="build">Where the parameters were made.</param>
    /// <param name="head">The head.</param>
    /// <param name="adapter">The adapter, attached, or null.</param>
    /// <param name="recipe">The recipe.</param>
    private protected ClassifierModel(ParameterBuilder build, ClassificationHead head, Adapter? adapter, Recipe recipe) =>
        (_build, Head, Adapter, AdapterStands, Recipe) = (build, head, adapter, adapter is not null, recipe);

    /// <summary>The head.</summary>
    public ClassificationHead Head { get; }

    /// <summary>The adapter of the recipe, or null.</summary>
    public Adapter? Adapter { get; }

    /// <summary>Whether the adapter takes part at the moment; a stage may have taken it away.</summary>
    public bool AdapterStands { get; private set; }

    /// <summary>The recipe that put it together.</summary>
    public Recipe Recipe { get; }

    /// <summary>The model directory it was loaded from.</summary>
    public string Source { get; private protected init; } = "";

    /// <summary>What the recipe's calibrations came to after training; null before.</summary>
    public FittedCalibration? Fitted { get; set; }

    /// <summary>Where the parameters live.</summary>
    public Device Device => _build.Device;

    /// <summary>In what numbers the backbone and an adapter on it compute; the head, which reads one state of each example, always computes in float32.</summary>
    public Precision Precision { get; set; }

    /// <summary>Every parameter.</summary>
    public IReadOnlyList<Parameter> Parameters => _build.All;

    /// <summary>What the checkpoint gave.</summary>
    public LoadReport Report => _build.Report;

    /// <summary>The places of the encoder where adapters take hold.</summary>
    public abstract EncoderSites Sites { get; }

    /// <summary>Width of the state that the head reads.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Whether the backbone drops anything while it trains.</summary>
    public abstract bool HasDropout { get; }

    /// <summary>
    /// How many of the first layers, the embeddings with them, run as at inference while the rest trains: those below the deepest parameter that trains, when the stage asks for it. All layers means all of the backbone.
    /// </summary>
    public int QuietLayers { get; set; }

    /// <summary>The backbone's parameters that a head of this kind reads through, and that train when everything does; without the head's and the adapter's.</summary>
    public IEnumerable<Parameter> BackboneParameters
    {
        get
        {
            var others = Head.Parameters.Concat(Adapter?.Parameters ?? []).ToHashSet();
            return Parameters.Where(p => !others.Contains(p) && IsRead(p));
        }
    }

    /// <summary>The model as it was loaded, a second time: what a stage puts back, or draws weights towards.</summary>
    public abstract ClassifierModel Pristine();

    /// <summary>The layer a backbone or adapter parameter belongs to, from 0; -1 for those before the first, such as embeddings.</summary>
    /// <param name="parameter">The parameter.</param>
    public int LayerOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        for (int layer = 0; layer < Sites.Layers.Count; layer++)
        {
            if (parameter.Name.StartsWith(Sites.Layers[layer].Path, StringComparison.Ordinal))
            {
                return layer;
            }
        }

        return Adapter is { } adapter && adapter.Parameters.Contains(parameter) ? adapter.FirstLayer(parameter) : IsAfterLayers(parameter) ? Sites.Layers.Count - 1 : -1;
    }

    /// <summary>How many of the first layers hold no parameter that trains now: 0 when the embeddings train, all when nothing of backbone and adapter does.</summary>
    public int FrozenLayers()
    {
        var head = Head.Parameters.ToHashSet();
        return Parameters.Where(p => p.Trainable && !head.Contains(p)).Select(p => Math.Max(LayerOf(p), 0)).DefaultIfEmpty(Sites.Layers.Count).Min();
    }

    /// <summary>Rows of a head from the names of the classes.</summary>
    /// <param name="names">The class names in order.</param>
    /// <returns>[classes, hidden], each row of length 1.</returns>
    /// <exception cref="InputException">The model has no text tower.</exception>
    public virtual Tensor NameRows(IReadOnlyList<string> names) =>
        throw new InputException("head.init class_names reads the classes' names by CLIP's text tower, and this model is no CLIP; take init class_means");

    /// <summary>Puts the pretrained backbone, the head's first weights, or both, back.</summary>
    /// <param name="backbone">The backbone's weights.</param>
    /// <param name="head">The head's weights.</param>
    public void Restart(bool backbone, bool head)
    {
        if (!backbone && !head)
        {
            return;
        }

        var heads = Head.Parameters.ToHashSet();
        var added = (Adapter?.Parameters ?? []).ToHashSet();
        using ClassifierModel pristine = Pristine();
        var start = pristine.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        using var _ = no_grad();
        foreach (Parameter parameter in Parameters.Where(p => !added.Contains(p) && (heads.Contains(p) ? head : backbone)))
        {
            parameter.Value.copy_(start[parameter.Name].Value);
        }
    }

    /// <summary>Folds the adapter into the backbone's weights and takes it away.</summary>
    public void MergeAdapter()
    {
        using var _ = no_grad();
        foreach (Linear linear in Adapter?.Linears ?? [])
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor weight, Tensor? bias) = linear.Adapter!.Merged(linear);
            linear.Weight.Value.copy_(weight);
            linear.Bias?.Value.copy_(bias!);
        }

        foreach (LayerNorm norm in Adapter?.Norms ?? [])
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor weight, Tensor bias) = norm.Adapter!.Merged(norm);
            norm.Weight.Value.copy_(weight);
            norm.Bias.Value.copy_(bias);
        }

        SetAdapter(stands: false);
    }

    /// <summary>Sets the adapter on the backbone or takes it away.</summary>
    /// <param name="stands">Whether it takes part from now on.</param>
    public void SetAdapter(bool stands)
    {
        if (stands)
        {
            Adapter?.Attach();
        }
        else
        {
            Adapter?.Detach();
        }

        AdapterStands = stands && Adapter is not null;
    }

    /// <summary>Class logits in training, without calibration.</summary>
    /// <param name="batch">The examples.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[examples, classes].</returns>
    public Tensor Forward(IExampleBatch batch, DropoutPlaces dropout) => Head.Forward(States(batch, dropout), dropout);

    /// <summary>Class logits in training from what the quiet layers gave, without calibration.</summary>
    /// <param name="frozen">The states of these examples after <see cref="QuietLayers"/> layers, as <see cref="StatesBefore"/> gives them; disposed.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[examples, classes].</returns>
    public Tensor Forward(Tensor frozen, IExampleBatch batch, DropoutPlaces dropout) => Head.Forward(StatesFrom(QuietLayers, frozen, batch, dropout), dropout);

    /// <summary>Class logits at evaluation, calibrated.</summary>
    /// <param name="batch">The examples.</param>
    /// <returns>[examples, classes].</returns>
    public Tensor Score(IExampleBatch batch) => ScoreStates(States(batch, DropoutPlaces.Off), batch);

    /// <summary>The change of class scores that is in force at evaluation: what was fitted, or, before that, a norm of the weights as they are now.</summary>
    public ScoreChange? ScoreChange() => Fitted is not null ? Fitted.Change : (Recipe.Calibrations.Count > 0 ? Recipe.Calibrations[0] : null) switch
    {
        { Kind: CalibrationKind.EtaNorm, Eta: double eta } => EtaNorm.Change(Head, eta),
        { Kind: CalibrationKind.TauNorm, Tau: double tau } => TauNorm.Change(Head, tau),
        _ => null,
    };

    /// <summary>What the head's last layer reads of many examples, in their order and without dropout; one forward pass.</summary>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="only">The indices of those that are wanted; all when null.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>[examples, width].</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Tensor Features(ExampleSet examples, IReadOnlyList<int>? only = null, CancellationToken stop = default) =>
        Gathered(examples, Head.FeatureWidth, batch => Head.Features(States(batch, DropoutPlaces.Off), DropoutPlaces.Off), only, stop);

    /// <summary>What the head reads of many examples, in their order and without dropout.</summary>
    /// <param name="examples">The examples, at least one.</param>
    /// <returns>[examples, hidden]; the caller disposes it.</returns>
    public Tensor States(ExampleSet examples) => Gathered(examples, HiddenSize, batch => States(batch, DropoutPlaces.Off));

    /// <summary>Class probabilities of many examples, in their order. Batches are made of examples of like length.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="frozen">The states of these examples after some frozen layers, or null.</param>
    /// <returns>[examples, classes], row-major.</returns>
    public float[] Probabilities(ExampleSet examples, FrozenStates? frozen = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        int classes = Head.Classes;
        float[] probabilities = new float[examples.Count * classes];
        ForEachBatch(examples, (indices, batch) =>
        {
            Tensor states = frozen is null ? States(batch, DropoutPlaces.Off) : StatesFrom(frozen.Layers, frozen.Of(indices, Device), batch, DropoutPlaces.Off);
            using Tensor rows = F.softmax(ScoreStates(states, batch), 1).cpu().contiguous();
            ReadOnlySpan<float> values = rows.data<float>().ToArray();
            for (int i = 0; i < indices.Length; i++)
            {
                values.Slice(i * classes, classes).CopyTo(probabilities.AsSpan(indices[i] * classes));
            }
        });
        return probabilities;
    }

    /// <summary>The numbers that a model of one output predicts for many examples, in their order.</summary>
    /// <param name="examples">The examples.</param>
    /// <returns>[examples].</returns>
    public float[] Values(ExampleSet examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        float[] values = new float[examples.Count];
        ForEachBatch(examples, (indices, batch) =>
        {
            float[] predicted = Score(batch).squeeze(1).cpu().data<float>().ToArray();
            for (int i = 0; i < indices.Length; i++)
            {
                values[indices[i]] = predicted[i];
            }
        });
        return values;
    }

    /// <summary>What a layer reads, of all tokens and without dropout; after the last, what the head reads.</summary>
    /// <param name="layer">The layer, from 1; the number of layers for the head.</param>
    /// <param name="batch">The examples.</param>
    /// <returns>[tokens, hidden], or [examples, hidden].</returns>
    public Tensor StatesBefore(int layer, IExampleBatch batch)
    {
        using PrecisionScope _ = PrecisionScope.Enter(Precision);
        Begin(DropoutPlaces.Off);
        return layer == Sites.Layers.Count ? Read(batch, DropoutPlaces.Off) : ReadBefore(layer, batch);
    }

    /// <summary>How many rows <see cref="StatesBefore"/> gives for an example, before a layer that is not past the last.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="length">The example's tokens.</param>
    public virtual int RowsBefore(int layer, int length) => length + (Sites.Prompt?.Count ?? 0);

    /// <summary>What the head reads, from the states on that <see cref="StatesBefore"/> gave.</summary>
    /// <param name="layer">The layer that reads them.</param>
    /// <param name="states">The states; disposed.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[examples, hidden].</returns>
    public Tensor StatesFrom(int layer, Tensor states, IExampleBatch batch, DropoutPlaces dropout)
    {
        using PrecisionScope _ = PrecisionScope.Enter(Precision);
        Begin(dropout);
        return layer == Sites.Layers.Count ? states : ReadFrom(layer, states, batch, dropout);
    }

    /// <summary>Calls back with batches of many examples of like length, in evaluation and without gradients.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="take">Takes the examples' indices and the batch.</param>
    /// <param name="only">The indices of those that are wanted; all when null.</param>
    public void ForEachBatch(ExampleSet examples, Action<int[], IExampleBatch> take, IReadOnlyList<int>? only = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(take);
        using var _ = no_grad();
        using PrecisionScope kept = PrecisionScope.Keep(_halfWeights);
        foreach (int[] indices in BatchPlan.Evaluation(examples.Lengths, only))
        {
            using DisposeScope scope = NewDisposeScope();
            using IExampleBatch batch = examples.Batch(indices, Device);
            take(indices, batch);
        }
    }

    /// <summary>Promises that no weight is written any more, so that what is made of them for <see cref="Precision.Mixed"/> is made once.</summary>
    public void Settle() => _halfWeights ??= new HalfWeights();

    /// <summary>Releases the parameters.</summary>
    public void Dispose()
    {
        _halfWeights?.Dispose();
        foreach (Parameter parameter in _build.All)
        {
            parameter.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>What the head reads.</summary>
    private protected abstract Tensor Read(IExampleBatch batch, DropoutPlaces dropout);

    /// <summary>What a layer that is neither the first nor past the last reads, without dropout: [tokens, hidden].</summary>
    private protected abstract Tensor ReadBefore(int layer, IExampleBatch batch);

    /// <summary>What the head reads, from a layer on that is not the first.</summary>
    private protected abstract Tensor ReadFrom(int layer, Tensor states, IExampleBatch batch, DropoutPlaces dropout);

    /// <summary>Whether the head reads through a parameter that is neither its own nor the adapter's.</summary>
    internal abstract bool IsRead(Parameter parameter);

    /// <summary>The names of head parameters in transformers' layout; empty when transformers has no such head.</summary>
    internal abstract IReadOnlyDictionary<string, string> StandardNames { get; }

    /// <summary>The content of <c>config.json</c>.</summary>
    internal abstract JsonObject Config();

    /// <summary>Writes what turns an example into what the backbone reads: a tokenizer, or the settings of a preprocessor.</summary>
    internal abstract void SaveInput(string directory);

    /// <summary>One row of scores for each example, where a batch has several.</summary>
    private protected virtual Tensor Combine(Tensor scores, IExampleBatch batch) => scores;

    /// <summary>Whether a backbone parameter stands behind the last layer.</summary>
    private protected virtual bool IsAfterLayers(Parameter parameter) => false;

    private Tensor States(IExampleBatch batch, DropoutPlaces dropout)
    {
        if (dropout.Training && QuietLayers > 0)
        {
            return StatesFrom(QuietLayers, StatesBefore(QuietLayers, batch), batch, dropout);
        }

        using PrecisionScope _ = PrecisionScope.Enter(Precision);
        Begin(dropout);
        return Read(batch, dropout);
    }

    private void Begin(DropoutPlaces dropout)
    {
        if (AdapterStands)
        {
            Adapter!.Begin(dropout);
        }
    }

    private Tensor ScoreStates(Tensor states, IExampleBatch batch)
    {
        Tensor features = Head.Features(states, DropoutPlaces.Off), scores = Fitted?.Means?.Scores(features) ?? Head.Classify(features);
        return Combine(ScoreChange()?.Apply(scores) ?? scores, batch);
    }

    private Tensor Gathered(ExampleSet examples, int width, Func<IExampleBatch, Tensor> rows, IReadOnlyList<int>? only = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        Dictionary<int, int>? places = only?.Select((example, place) => (example, place)).ToDictionary(pair => pair.example, pair => pair.place);
        Tensor gathered = empty(only?.Count ?? examples.Count, width, device: Device);
        ForEachBatch(
            examples,
            (indices, batch) =>
            {
                stop.ThrowIfCancellationRequested();
                gathered.index_copy_(0, tensor(indices.Select(i => (long)(places?[i] ?? i)).ToArray(), device: Device), rows(batch));
            },
            only);
        return gathered;
    }
}
