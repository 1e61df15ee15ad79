using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Mixout (Lee, Cho and Kang, ICLR 2020): in every pass each weight of every linear layer is, with a probability, the one it started from, and the others are moved so that the mean stays:
/// W₀ + dropout(W − W₀). The layers' own dropout is off meanwhile, as in EH-FT's code (arXiv 2210.16771).
/// </summary>
public sealed class Mixout : IDisposable
{
    private readonly ClassifierModel _model;
    private readonly List<MixedLinear> _layers = [];
    private readonly List<Linear> _linears = [];

    /// <summary>Takes hold of every linear layer of the encoder's layers and of the head.</summary>
    /// <param name="model">The model; what it is drawn towards is its <see cref="ClassifierModel.Pristine"/>.</param>
    /// <param name="probability">The probability of a weight's being the one it started from, in [0, 1).</param>
    public Mixout(ClassifierModel model, double probability)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        using ClassifierModel pristine = model.Pristine();
        foreach ((Linear linear, Linear start) in Of(model).Zip(Of(pristine)))
        {
            var mixed = new MixedLinear(start.Weight.Value.detach().clone().DetachFromDisposeScope(), probability);
            linear.Adapter = mixed;
            _layers.Add(mixed);
            _linears.Add(linear);
        }
    }

    /// <summary>A training pass: weights are mixed, nothing else is dropped.</summary>
    /// <param name="batch">The examples.</param>
    /// <param name="dropout">Names the pass's draws.</param>
    /// <returns>Class logits, [examples, classes].</returns>
    public Tensor Forward(IExampleBatch batch, DropoutPlaces dropout)
    {
        _layers.ForEach(layer => layer.Pass = dropout);
        try
        {
            return _model.Forward(batch, DropoutPlaces.Off);
        }
        finally
        {
            _layers.ForEach(layer => layer.Pass = DropoutPlaces.Off);
        }
    }

    /// <summary>A layer's weight as a pass sees it.</summary>
    /// <param name="linear">One of the layers it holds.</param>
    /// <param name="dropout">Names the pass's draws.</param>
    /// <returns>[outputs, inputs].</returns>
    public Tensor Weight(Linear linear, DropoutPlaces dropout)
    {
        MixedLinear layer = _layers[_linears.IndexOf(linear)];
        layer.Pass = dropout;
        return layer.Mixed(linear);
    }

    /// <summary>Lets the layers go.</summary>
    public void Dispose()
    {
        _linears.ForEach(linear => linear.Adapter = null);
        _layers.ForEach(layer => layer.Start.Dispose());
    }

    private static IEnumerable<Linear> Of(ClassifierModel model) => model.Sites.Layers.SelectMany(layer => layer.Linears).Concat(model.Head.Linears);

    private sealed class MixedLinear(Tensor start, double probability) : LinearAdapter
    {
        public Tensor Start => start;

        public DropoutPlaces Pass { get; set; } = DropoutPlaces.Off;

        public override Tensor Forward(Linear layer, Tensor x, long first, long count)
        {
            if (!Pass.Training)
            {
                return layer.Plain(x, first, count);
            }

            return Linear.Apply(x, Mixed(layer).narrow(0, first, count), layer.Bias?.Value.narrow(0, first, count));
        }

        /// <summary>The whole weight is mixed, though only some rows may be read: the mask then does not depend on which.</summary>
        public Tensor Mixed(Linear layer) => start.add(Pass.Apply(layer.Weight.Value.sub(start), probability), LastingScalar.One);

        public override (Tensor Weight, Tensor? Bias) Merged(Linear layer) => (layer.Weight.Value.detach().alias(), layer.Bias?.Value.detach().alias());
    }
}
