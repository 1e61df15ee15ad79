using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// η-norm (Glee §w/ η-norm; τ-norm of Kang et al., ICLR 2020): at evaluation z'_c = z_c / ‖w_c‖^η, with w_c the class's row of the last layer. The bias is inside the division; training never sees it.
/// </summary>
public static class EtaNorm
{
    /// <summary>The factor of each class, 1 / ‖w_c‖^η.</summary>
    /// <param name="outputWeight">[classes, width].</param>
    /// <param name="eta">η; 1.1 in the paper.</param>
    /// <returns>[classes].</returns>
    public static Tensor Factors(Tensor outputWeight, double eta)
    {
        ArgumentNullException.ThrowIfNull(outputWeight);
        return outputWeight.mul(outputWeight).sum(1).sqrt().pow(LastingScalar.Of(-eta));
    }

    /// <summary>The change of scores.</summary>
    /// <param name="output">The last layer.</param>
    /// <param name="eta">η; 1.1 in the paper.</param>
    public static ScoreChange Change(Linear output, double eta)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Change(output.Weight.Value, eta);
    }

    /// <summary>The change of scores; none of a cosine head's, whose rows have length 1.</summary>
    /// <param name="head">A head with rows of classes.</param>
    /// <param name="eta">η; 1.1 in the paper.</param>
    public static ScoreChange Change(ClassificationHead head, double eta)
    {
        ArgumentNullException.ThrowIfNull(head);
        using DisposeScope scope = NewDisposeScope();
        return Change(head.ClassRows!, eta);
    }

    private static ScoreChange Change(Tensor rows, double eta)
    {
        using DisposeScope scope = NewDisposeScope();
        return ScoreChange.Of(Factors(rows.detach().to(ScalarType.Float64).cpu(), eta).data<double>().ToArray());
    }
}
