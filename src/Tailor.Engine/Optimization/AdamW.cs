namespace Tailor.Engine;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), PyTorch's formulas.
/// </summary>
public sealed class AdamW : Optimizer
{
    /// <summary>Makes the optimizer, with moments of zero for every parameter that trains.</summary>
    /// <param name="groups">What it trains.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment, above 0.</param>
    /// <param name="decoupled">False adds the decay to the gradient instead: Adam with an L2 penalty.</param>
    /// <param name="fused">False uses tensor operations on the CPU too, as for other devices.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or two parameters share a name.</exception>
    public AdamW(IReadOnlyList<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, bool decoupled = true, bool fused = true)
        : base(groups, fused, ["exp_avg", "exp_avg_sq"])
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beta1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta1, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(beta2);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(beta2, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero((float)epsilon, nameof(epsilon));
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        Decoupled = decoupled;
    }

    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; }

    /// <summary>Whether weight decay shrinks the weights directly instead of joining the gradient.</summary>
    public bool Decoupled { get; }

    private protected override UpdateRule RuleFor(double learningRate, double weightDecay, double gradientFactor, long step) =>
        new AdamWRule(this, learningRate, weightDecay, gradientFactor, step);
}
