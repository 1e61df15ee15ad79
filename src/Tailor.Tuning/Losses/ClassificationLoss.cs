using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// A loss over class logits, kept as a numerator and a denominator so that gradient accumulation divides once, by the sum over all its micro-batches.
/// </summary>
/// <param name="Numerator">The summed (weighted) loss of the batch, a scalar with gradient.</param>
/// <param name="Denominator">What the sum is divided by: the number of examples, or the sum of their class weights.</param>
public readonly record struct LossParts(Tensor Numerator, double Denominator);

/// <summary>A training loss.</summary>
public abstract class ClassificationLoss
{
    private readonly float[]? _weights;
    private readonly Normalize _normalize;

    /// <summary>Prepares the loss.</summary>
    /// <param name="weights">One weight per class, or null for none.</param>
    /// <param name="normalize">What the sum is divided by.</param>
    protected ClassificationLoss(float[]? weights, Normalize normalize) => (_weights, _normalize) = (weights, normalize);

    /// <summary>The loss of each example before class weights.</summary>
    /// <param name="logits">[examples, classes].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <returns>[examples].</returns>
    public abstract Tensor PerExample(Tensor logits, Tensor labels);

    /// <summary>The same with noise, for the losses that have some; the others leave it alone.</summary>
    /// <param name="logits">[examples, classes].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <param name="noise">The pass's noise.</param>
    /// <returns>[examples].</returns>
    public virtual Tensor PerExample(Tensor logits, Tensor labels, LogitNoise noise) => PerExample(logits, labels);

    /// <summary>The loss of a second draw (<see cref="DualSampler"/>); the loss itself where the two draws are treated alike.</summary>
    public virtual ClassificationLoss OfCompanions => this;

    /// <summary>The batch's loss as numerator and denominator.</summary>
    /// <param name="logits">[examples, classes].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <param name="noise">The pass's noise; none when null.</param>
    public LossParts Of(Tensor logits, Tensor labels, LogitNoise? noise = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Tensor losses = PerExample(logits, labels, noise ?? LogitNoise.Off);
        if (_weights is null)
        {
            return new(losses.sum(), labels.shape[0]);
        }

        Tensor weights = tensor(_weights, dtype: losses.dtype, device: losses.device).index_select(0, labels);
        double denominator = _normalize == Normalize.Batch ? labels.shape[0] : weights.sum().to(ScalarType.Float64).item<double>();
        return new(losses.mul(weights).sum(), denominator);
    }

    /// <summary>The loss of a batch of two draws: the first's mean plus the weighted mean of the second.</summary>
    /// <param name="logits">[examples, classes].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <param name="companions">How many of the last examples are the second draw; 0 for none, and fewer than all.</param>
    /// <param name="companionWeight">The weight of its mean.</param>
    /// <param name="noise">The pass's noise; none when null.</param>
    public LossParts Of(Tensor logits, Tensor labels, int companions, double companionWeight, LogitNoise? noise = null)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (companions == 0)
        {
            return Of(logits, labels, noise);
        }

        long first = labels.shape[0] - companions;
        LossParts drawn = Of(logits.narrow(0, 0, first), labels.narrow(0, 0, first), noise);
        LossParts joined = OfCompanions.Of(logits.narrow(0, first, companions), labels.narrow(0, first, companions), noise?.From(first));
        return drawn with { Numerator = drawn.Numerator.add(joined.Numerator.mul(LastingScalar.Of(companionWeight * drawn.Denominator / joined.Denominator)), LastingScalar.One) };
    }
}
