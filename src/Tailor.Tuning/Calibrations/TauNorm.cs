using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// τ-normalisation (Kang et al., ICLR 2020, section 4.2): w_c becomes w_c / ‖w_c‖^τ and the bias is dropped, z'_c = (z_c - b_c) / ‖w_c‖^τ. τ = 0 drops the bias alone, τ = 1 makes unit rows; the paper chooses τ in [0, 1] on
/// held-out data.
/// </summary>
public static class TauNorm
{
    /// <summary>The exponents that are tried: 0, 0.1, ..., 1.</summary>
    public static IReadOnlyList<double> Grid { get; } = [.. Enumerable.Range(0, 11).Select(i => i / 10.0)];

    /// <summary>The change of scores.</summary>
    /// <param name="output">The last layer.</param>
    /// <param name="tau">τ, at least 0.</param>
    public static ScoreChange Change(Linear output, double tau)
    {
        ArgumentNullException.ThrowIfNull(output);
        return WithoutBias(EtaNorm.Change(output, tau), output.Bias);
    }

    /// <summary>The change of scores; none of a cosine head's, whose rows have length 1.</summary>
    /// <param name="head">A head with rows of classes.</param>
    /// <param name="tau">τ, at least 0.</param>
    public static ScoreChange Change(ClassificationHead head, double tau)
    {
        ArgumentNullException.ThrowIfNull(head);
        return WithoutBias(EtaNorm.Change(head, tau), head.Output!.Bias);
    }

    private static ScoreChange WithoutBias(ScoreChange norm, Parameter? parameter)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] bias = parameter?.Value.detach().to(ScalarType.Float64).cpu().data<double>().ToArray() ?? new double[norm.Scale.Count];
        return new ScoreChange([.. norm.Scale], norm.Scale.Zip(bias, (a, b) => -(a * b)).ToArray());
    }
}
