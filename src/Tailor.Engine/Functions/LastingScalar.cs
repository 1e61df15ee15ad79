using TorchSharp;

namespace Tailor.Engine;

/// <summary>
/// Numbers for operations on tensors that outlive the call they are made for. TorchSharp 0.107 hands libtorch the address of a <see cref="Scalar"/> and lets go of it: a garbage collection that another thread begins
/// in that moment has it freed under libtorch's hands, which was seen with two runs of a comparison at once. Its own <c>add(tensor)</c> makes such a scalar too, so <see cref="One"/> is given to every addition.
/// </summary>
public static class LastingScalar
{
    /// <summary>How many numbers a thread keeps: far more than one call takes.</summary>
    private const int Kept = 256;

    [ThreadStatic]
    private static Scalar?[]? s_kept;

    [ThreadStatic]
    private static int s_next;

    /// <summary>The factor of the second operand of a plain addition.</summary>
    public static Scalar One { get; } = 1L;

    /// <summary>A number that stays until the thread has made many more.</summary>
    /// <param name="value">The number.</param>
    public static Scalar Of(double value) => Keep(value);

    /// <summary>A whole number, which leaves whole tensors whole.</summary>
    /// <param name="value">The number.</param>
    public static Scalar Of(long value) => Keep(value);

    private static Scalar Keep(Scalar scalar)
    {
        s_kept ??= new Scalar?[Kept];
        s_kept[s_next] = scalar;
        s_next = (s_next + 1) % Kept;
        return scalar;
    }
}
