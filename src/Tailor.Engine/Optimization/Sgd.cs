namespace Tailor.Engine;

/// <summary>
/// Stochastic gradient descent, with momentum (Polyak 1964) and Nesterov's form of it as in Sutskever et al. 2013; PyTorch's formulas, weight decay as an L2 penalty.
/// </summary>
public sealed class Sgd : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="groups">What it trains.</param>
    /// <param name="momentum">Decay of the velocity, in [0, 1); 0 keeps no state.</param>
    /// <param name="nesterov">Looks one step ahead; needs momentum.</param>
    /// <param name="fused">False uses tensor operations on the CPU too, as for other devices.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or two parameters share a name.</exception>
    public Sgd(IReadOnlyList<ParameterGroup> groups, double momentum = 0, bool nesterov = false, bool fused = true)
        : base(groups, fused, momentum > 0 ? ["momentum"] : [])
    {
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(momentum, 1);
        if (nesterov && momentum == 0)
        {
            throw new ArgumentException("Nesterov's step needs momentum above 0.", nameof(nesterov));
        }

        Momentum = momentum;
        Nesterov = nesterov;
    }

    /// <summary>Decay of the velocity.</summary>
    public double Momentum { get; }

    /// <summary>Whether the step looks ahead.</summary>
    public bool Nesterov { get; }

    private protected override UpdateRule RuleFor(double learningRate, double weightDecay, double gradientFactor, long step) =>
        new SgdRule(this, learningRate, weightDecay, gradientFactor);
}
