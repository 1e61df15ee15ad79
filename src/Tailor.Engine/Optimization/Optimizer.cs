using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// Updates parameters from their gradients. Float32 parameters on the CPU are updated in one sweep over memory with clipping folded in, others by tensor operations.
/// </summary>
/// <remarks>
/// As in PyTorch, a parameter without a gradient is left alone: no decay, no change of moments. Rows of a table with a <see cref="RowGradient"/> that no batch has touched
/// are skipped where that is exact: without weight decay, and as long as no dense gradient reached the table.
/// </remarks>
public abstract class Optimizer : IDisposable
{
    // Autograd functions of ours leave small native blocks (thunks of their delegates) until a collection. They lie between the large blocks of a step, which then cannot be joined: memory grows from step to step
    // although all of it is free. Steps of models with this many values do not notice a collection of the youngest.
    private const long LargeModel = 4 << 20;

    private readonly List<OptimizerSlot> _slots = [];
    private readonly MemorySweep _sweep = new();
    private readonly bool _fused;
    private readonly bool _stateless;
    private readonly bool _collects;

    private protected Optimizer(IReadOnlyList<ParameterGroup> groups, bool fused, IReadOnlyList<string> momentNames)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Groups = groups;
        _fused = fused;
        _stateless = momentNames.Count == 0;
        var names = new HashSet<string>();
        foreach (var group in groups)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(group.LearningRateScale, nameof(groups));
            ArgumentOutOfRangeException.ThrowIfNegative(group.WeightDecay, nameof(groups));
            foreach (var parameter in group.Parameters)
            {
                if (!names.Add(parameter.Name))
                {
                    throw new ArgumentException($"Two parameters are named '{parameter.Name}'.", nameof(groups));
                }

                var slot = new OptimizerSlot(parameter, group, momentNames);
                _slots.Add(slot);
                if (parameter.Trainable)
                {
                    // Before the first pass: among activations that come and go they would leave gaps that fit nothing.
                    slot.EnsureMoments();
                }
            }
        }

        _collects = _slots.Sum(slot => slot.Parameter.Count) >= LargeModel;
    }

    /// <summary>The parameters and how they are treated.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Number of updates so far.</summary>
    public long StepCount { get; private set; }

    /// <summary>
    /// The state for a checkpoint, beside <see cref="StepCount"/>: "exp_avg.NAME" and "exp_avg_sq.NAME" or "momentum.NAME", "step.NAME" (int64 [1], updates of this parameter)
    /// and, for tables with a row gradient, "touched.NAME" (uint8 [rows]). The tensors stay the optimizer's and change with the next step.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => _slots.SelectMany(slot => slot.State());

    /// <summary>Updates every parameter that has a gradient, and consumes all gradients.</summary>
    /// <param name="learningRate">Learning rate of this step, before each group's own factor.</param>
    /// <param name="clip">Largest global norm of the gradients, which are scaled down to it (Pascanu et al. 2013); 0 for none.</param>
    /// <param name="gradientScale">Factor on the gradients before anything else; one over what the loss was not yet divided by.</param>
    /// <returns>The global norm before clipping. When it is not finite nothing was updated.</returns>
    public double Step(double learningRate, double clip, double gradientScale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(learningRate);
        ArgumentOutOfRangeException.ThrowIfNegative(clip);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        try
        {
            var work = Collect();
            double norm = Norm(work) * Math.Abs(gradientScale);
            if (double.IsFinite(norm))
            {
                double factor = clip > 0 ? gradientScale * Math.Min(1, clip / (norm + 1e-6)) : gradientScale;
                Update(work, learningRate, factor);
                PrecisionScope.Forget(work.Select(w => w.Slot.Parameter));
                StepCount++;
            }

            return norm;
        }
        finally
        {
            _sweep.Clear();
            ZeroGradients();
            if (_collects)
            {
                GC.Collect(0);
            }
        }
    }

    /// <summary>Drops all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var slot in _slots)
        {
            using var gradient = slot.Parameter.Value.grad;
            if (gradient is not null)
            {
                slot.Parameter.Value.grad = null;
            }

            slot.Parameter.Rows?.Clear();
        }
    }

    /// <summary>Restores the state of a checkpoint: the next step is then the one that would have followed.</summary>
    /// <param name="read">Gives the tensor of a name in <see cref="State"/>, or null when the checkpoint has none. Tensors it makes are released here; others stay the caller's.</param>
    /// <param name="step">The checkpoint's <see cref="StepCount"/>.</param>
    /// <exception cref="Foundation.InputException">A tensor has another type or shape than the parameter needs, or is missing beside its companions.</exception>
    public void LoadState(Func<string, Tensor?> read, long step)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        using var noGradient = no_grad();
        foreach (var slot in _slots)
        {
            using var scope = NewDisposeScope();
            slot.Load(read);
        }

        StepCount = step;
    }

    /// <summary>Releases the state; the parameters stay.</summary>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private protected abstract UpdateRule RuleFor(double learningRate, double weightDecay, double gradientFactor, long step);

    // The trainable parameters that have a gradient; those for the sweep are added to it in the same order.
    private unsafe List<Work> Collect()
    {
        var work = new List<Work>();
        foreach (var slot in _slots)
        {
            var (parameter, rows) = (slot.Parameter, slot.Parameter.Rows);
            bool touched = rows is not null && rows.TouchedThisStep.Length > 0;
            var gradient = parameter.Trainable ? parameter.Value.grad?.contiguous() : null;
            bool swept = _fused && TensorMemory.IsPlain(parameter.Value) && (gradient is null || TensorMemory.IsPlain(gradient));
            if (gradient is not null)
            {
                // Rows and a dense gradient meet in a tied decoder; from then on every row has moments.
                if (touched)
                {
                    rows!.AddTo(gradient);
                }

                rows?.MarkAllTouched();
                rows = null;
            }
            else if (!parameter.Trainable || !touched)
            {
                continue;
            }
            else if (!swept)
            {
                gradient = zeros_like(parameter.Value, requires_grad: false);
                rows!.AddTo(gradient);
                rows = null;
            }

            work.Add(new Work(slot, gradient, rows, swept));
            if (swept)
            {
                long height = parameter.Value.dim() < 2 ? 1 : parameter.Value.shape[0];
                float* source = gradient is null ? null : TensorMemory.Pointer<float>(gradient);
                _sweep.Add(TensorMemory.Pointer<float>(parameter.Value), source, rows, height, height == 0 ? 0 : parameter.Count / height);
            }
        }

        return work;
    }

    private double Norm(List<Work> work)
    {
        double sum = _sweep.SumOfSquares();
        Tensor[] norms = [.. work.Where(w => !w.Swept).Select(w => w.Gradient!.norm().to(ScalarType.Float32).cpu())];
        double rest = norms.Length == 0 ? 0 : stack(norms).norm().item<float>();
        return Math.Sqrt(sum + (rest * rest));
    }

    private unsafe void Update(List<Work> work, double learningRate, double gradientFactor)
    {
        int swept = 0;
        (UpdateRule Rule, ParameterGroup Group, long Step)? last = null;
        foreach (var (slot, gradient, rows, isSwept) in work)
        {
            slot.EnsureMoments();
            slot.Steps++;
            var group = slot.Group;
            if (last is null || !ReferenceEquals(last.Value.Group, group) || last.Value.Step != slot.Steps)
            {
                last = (RuleFor(learningRate * group.LearningRateScale, group.WeightDecay, gradientFactor, slot.Steps), group, slot.Steps);
            }

            var rule = last.Value.Rule;
            if (!isSwept)
            {
                rule.Apply(slot.Parameter.Value, gradient!, slot.Moments);
                continue;
            }

            var choice = group.WeightDecay > 0 ? RowChoice.All : _stateless ? RowChoice.TouchedNow : RowChoice.EverTouched;
            float* first = slot.Moments.Count > 0 ? TensorMemory.Pointer<float>(slot.Moments[0]) : null;
            float* second = slot.Moments.Count > 1 ? TensorMemory.Pointer<float>(slot.Moments[1]) : null;
            _sweep.Prepare(swept++, rule, first, second, choice);
        }

        _sweep.Update();
    }

    private sealed record Work(OptimizerSlot Slot, Tensor? Gradient, RowGradient? Rows, bool Swept);
}
