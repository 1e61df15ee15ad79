namespace Tailor.Tuning;

/// <summary>Weights of classes from their training counts. A class without training examples counts as having one.</summary>
public static class ClassWeighting
{
    /// <summary>(n / (C n_c))^ρ; ρ = 1 is scikit-learn's <c>class_weight="balanced"</c>.</summary>
    /// <param name="counts">Training examples per class.</param>
    /// <param name="power">ρ above 0.</param>
    public static float[] Balanced(IReadOnlyList<int> counts, double power = 1)
    {
        double[] n = ClassPriors.Counts(counts);
        double total = n.Sum();
        return n.Select(c => (float)Math.Pow(total / (n.Length * c), power)).ToArray();
    }

    /// <summary>The effective number of samples (Cui et al., CVPR 2019): w_c ∝ ((1 - β) / (1 - β^n_c))^ρ, scaled to a mean of 1.</summary>
    /// <param name="counts">Training examples per class.</param>
    /// <param name="beta">β in [0, 1).</param>
    /// <param name="power">ρ above 0; 1 in the paper. Below 1 it softens weights that come near 1 / n_c on small tails.</param>
    public static float[] EffectiveNumber(IReadOnlyList<int> counts, double beta, double power = 1)
    {
        // 1 - β^n = -expm1(n ln β); β = 0 gives every class the same weight.
        return Scaled(ClassPriors.Counts(counts).Select(n => beta == 0 ? 1 : (1 - beta) / -ExpMinusOne(n * Math.Log(beta))), power);
    }

    /// <summary>w_c ∝ π_c^-ρ with π the class shares, scaled to a mean of 1.</summary>
    /// <param name="counts">Training examples per class.</param>
    /// <param name="power">ρ above 0; 0.5 gives square-root weights.</param>
    public static float[] InverseFrequency(IReadOnlyList<int> counts, double power = 1) => Scaled(ClassPriors.Counts(counts).Select(n => 1 / n), power);

    /// <summary>e^x - 1 without loss of digits near 0 (Kahan's form).</summary>
    private static double ExpMinusOne(double x)
    {
        double u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : (u - 1) * x / Math.Log(u);
    }

    private static float[] Scaled(IEnumerable<double> weights, double power)
    {
        double[] raised = weights.Select(w => Math.Pow(w, power)).ToArray();
        double mean = raised.Average();
        return raised.Select(w => (float)(w / mean)).ToArray();
    }
}
