using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>(IA)³ (Liu et al., NeurIPS 2022): learned scales, ones at the start, on the outputs of keys and values and on the inputs of the feed-forward's second layer. Names are PEFT's.</summary>
public sealed class Ia3Adapter : Adapter
{
    private readonly (Linear Linear, Ia3Linear Adapter)[] _modules;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">Targets, and which of them are scaled at their inputs.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <exception cref="InputException">A target does not exist.</exception>
    public Ia3Adapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        _modules = AdapterTargets.Modules(recipe, sites).Select(m => (m.Linear, new Ia3Linear(recipe.InputTargets, build, m.Linear, m.Parts))).ToArray();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. _modules.SelectMany(m => m.Adapter.Parameters)];

    /// <inheritdoc/>
    public override IReadOnlyList<Linear> Linears => [.. _modules.Select(m => m.Linear)];

    /// <inheritdoc/>
    public override bool CanMerge => true;

    /// <inheritdoc/>
    public override void Attach()
    {
        foreach ((Linear linear, Ia3Linear adapter) in _modules)
        {
            linear.Adapter = adapter;
        }
    }

    /// <inheritdoc/>
    public override void Detach()
    {
        foreach ((Linear linear, _) in _modules)
        {
            linear.Adapter = null;
        }
    }

    private sealed class Ia3Linear : LinearAdapter
    {
        private readonly (AdaptedPart Part, Parameter Scale)[] _outputs;
        private readonly Parameter? _inputs;

        public Ia3Linear(IReadOnlyList<string> inputTargets, ParameterBuilder build, Linear layer, IReadOnlyList<AdaptedPart> parts)
        {
            bool IsInput(AdaptedPart part) => inputTargets.Any(target => AdapterTargets.Names(part.Path, target));
            if (parts.FirstOrDefault(IsInput) is { } input)
            {
                _inputs = layer.Weight.Parts.Count == 1
                    ? build.Get(input.Path + ".ia3_l", Initial.Ones, 1, layer.Weight.Value.shape[1])
                    : throw new InputException($"adapter.input_targets names {input.Path}, whose inputs query, key and value share; scale its outputs");
            }

            _outputs = [.. parts.Where(part => !IsInput(part)).Select(part => (part, build.Get(part.Path + ".ia3_l", Initial.Ones, part.Rows, 1)))];
        }

        public IEnumerable<Parameter> Parameters => _inputs is null ? _outputs.Select(o => o.Scale) : [_inputs];

        public override Tensor Forward(Linear layer, Tensor x, long first, long count)
        {
            if (_inputs is not null)
            {
                return layer.Plain(x.mul(_inputs.Value), first, count);
            }

            Tensor plain = layer.Plain(x, first, count);
            return _outputs.Any(o => o.Part.Within(first, count)) ? plain.mul(Scales(layer, first, count)) : plain;
        }

        public override (Tensor Weight, Tensor? Bias) Merged(Linear layer)
        {
            if (_inputs is not null)
            {
                return (layer.Weight.Value.detach().mul(_inputs.Value.detach()), layer.Bias?.Value.detach().alias());
            }

            using DisposeScope scope = NewDisposeScope();
            Tensor scales = Scales(layer, 0, layer.Weight.Value.shape[0]).detach();
            return (layer.Weight.Value.detach().mul(scales.unsqueeze(1)).MoveToOuterDisposeScope(), layer.Bias?.Value.detach().mul(scales).MoveToOuterDisposeScope());
        }

        private Tensor Scales(Linear layer, long first, long count)
        {
            var pieces = new List<Tensor>();
            long at = first;
            foreach ((AdaptedPart part, Parameter scale) in _outputs.Where(o => o.Part.Within(first, count)))
            {
                if (part.FirstRow > at)
                {
                    pieces.Add(ones(part.FirstRow - at, device: layer.Weight.Value.device));
                }

                pieces.Add(scale.Value.flatten());
                at = part.FirstRow + part.Rows;
            }

            if (at < first + count)
            {
                pieces.Add(ones(first + count - at, device: layer.Weight.Value.device));
            }

            return pieces.Count == 1 ? pieces[0] : cat(pieces, 0);
        }
    }
}
