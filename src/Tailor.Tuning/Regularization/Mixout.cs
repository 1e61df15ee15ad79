using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Mixout (Lee, Cho and Kang, ICLR 2020): in every pass each weight of every linear layer is, with a probability, the one it started from, and the others are moved so that the mean stays:
/// W₀ + dropout(W − W₀). The layers' own dropout is off meanwhile, as in EH-FT's code (arXiv 2210.16771).
/// </summary>
internal sealed class Mixout : IDisposable
{
    private readonly TextModel _model;
    private readonly List<MixedLinear> _layers = [];
    private readonly List<Linear> _linears = [];

    public Mixout(TextModel model, double probability)
    {
        _model = model;
        using TextModel pristine = model.Pristine();
        foreach ((Linear linear, Linear start) in Of(model).Zip(Of(pristine)))
        {
            var mixed = new MixedLinear(start.Weight.Value.detach().clone().DetachFromDisposeScope(), probability);
            linear.Adapter = mixed;
            _layers.Add(mixed);
            _linears.Add(linear);
        }
    }

    /// <summary>A training pass: weights are mixed, nothing else is dropped.</summary>
    public Tensor Forward(PackedBatch batch, DropoutPlaces dropout)
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

    public void Dispose()
    {
        _linears.ForEach(linear => linear.Adapter = null);
        _layers.ForEach(layer => layer.Start.Dispose());
    }

    private static IEnumerable<Linear> Of(TextModel model) => model.Backbone.Encoder.Sites.Layers.SelectMany(layer => layer.Linears).Concat(model.Head.Linears);

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

            // The whole weight is mixed, though only some rows may be read: the mask then does not depend on which.
            Tensor mixed = start.add(Pass.Apply(layer.Weight.Value.sub(start), probability));
            return Linear.Apply(x, mixed.narrow(0, first, count), layer.Bias?.Value.narrow(0, first, count));
        }

        public override (Tensor Weight, Tensor? Bias) Merged(Linear layer) => (layer.Weight.Value.detach().alias(), layer.Bias?.Value.detach().alias());
    }
}
