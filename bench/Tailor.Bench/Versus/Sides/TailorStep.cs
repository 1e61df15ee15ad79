using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>
/// Tailor's step, of the parts that the training loop and <see cref="ClassificationTask"/> use: packed tokens, read positions alone in the last layer, counter dropout, one-sweep AdamW.
/// </summary>
internal sealed class TailorStep : ISideStep
{
    private readonly Workload _workload;
    private readonly bool _readAlone;
    private readonly Precision _precision;
    private readonly ParameterBuilder _build;
    private readonly BertEncoder _encoder;
    private readonly ClsHead _head;
    private readonly CrossEntropyLoss _loss = new();
    private readonly AdamW _optimizer;
    private PackedBatch? _batch;
    private Tensor? _labels;
    private long _pass;

    /// <summary>Makes the model and its optimizer.</summary>
    /// <param name="workload">Sizes, weights and settings.</param>
    /// <param name="readAlone">Whether the last layer computes the read positions alone; false is for measuring what that gives.</param>
    /// <param name="precision">In what numbers the encoder computes.</param>
    public TailorStep(Workload workload, bool readAlone = true, Precision precision = Precision.Fp32)
    {
        (_workload, _readAlone, _precision) = (workload, readAlone, precision);
        using SafetensorsCheckpoint? checkpoint = workload.ModelDirectory is { } directory ? SafetensorsCheckpoint.Open(directory) : null;
        _build = new ParameterBuilder(checkpoint, workload.ModelDirectory ?? "random weights", "bert.", workload.Seed);
        _encoder = new BertEncoder(workload.ToConfig(), _build, withPooler: false);
        _head = new ClsHead(new HeadRecipe { Dropout = workload.Dropout }, _build, workload.Shape.HiddenSize, workload.Classes);
        _optimizer = new AdamW([new ParameterGroup { Parameters = _build.All }]);
    }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Parameter> Parameters => _build.All;

    /// <inheritdoc/>
    public void Prepare(int step)
    {
        (int[][] sequences, int[] labels) = _workload.Batch(step);
        Prepare(sequences, labels);
    }

    /// <summary>Makes the tensors of a batch.</summary>
    /// <param name="sequences">Token ids of each example.</param>
    /// <param name="labels">Their classes.</param>
    public void Prepare(int[][] sequences, int[] labels)
    {
        Drop();
        _batch = PackedBatch.Of(sequences.Select(ids => new TokenSequence(ids, ids.Length)).ToArray());
        _labels = tensor(labels.Select(label => (long)label).ToArray());
    }

    /// <inheritdoc/>
    public double Run()
    {
        LossParts loss;
        double value;
        using (NewDisposeScope())
        {
            loss = Forward();
            value = loss.Numerator.item<float>();
            loss.Numerator.backward();
        }

        Update(loss.Denominator);
        return value / loss.Denominator;
    }

    /// <summary>The forward pass alone.</summary>
    public LossParts Forward()
    {
        var dropout = new DropoutPlaces(_workload.Seed, _pass++, training: true);
        Tensor states;
        using (PrecisionScope.Enter(_precision))
        {
            states = _readAlone ? _encoder.ForwardRead(_batch!, dropout) : _encoder.Forward(_batch!, dropout).index_select(0, _batch!.ReadRows);
        }

        return _loss.Of(_head.Forward(states, dropout), _labels!);
    }

    /// <summary>The update alone.</summary>
    /// <param name="denominator">What the loss was not yet divided by.</param>
    public void Update(double denominator) => _optimizer.Step(_workload.LearningRate, _workload.Clip, 1 / denominator);

    /// <inheritdoc/>
    public void Dispose()
    {
        Drop();
        _optimizer.Dispose();
        foreach (Parameter parameter in _build.All)
        {
            parameter.Dispose();
        }
    }

    private void Drop()
    {
        _batch?.Dispose();
        _labels?.Dispose();
    }
}
