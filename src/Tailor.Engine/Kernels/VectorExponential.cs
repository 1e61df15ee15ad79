using System.Runtime.CompilerServices;

namespace Tailor.Engine;

/// <summary>The exponential function on vectors, for the arguments of a softmax.</summary>
internal static unsafe class VectorExponential<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    // 1.5 * 2^23 puts the nearest integer into the low bits of a float; 127 is the bias of its exponent.
    private const float IntegerShift = 12582912f + 127f;

    /// <summary>e^x for x up to 88, within 3e-7 of the value relatively; exactly 0 below -87.7 (negative infinity too). NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        x = TSimd.Max(TSimd.Create(-88f), x);
        TVector shifted = TSimd.MultiplyAdd(x, TSimd.Create(1.44269504f), TSimd.Create(IntegerShift));
        TVector n = TSimd.Subtract(shifted, TSimd.Create(IntegerShift));
        TVector r = TSimd.MultiplyAdd(n, TSimd.Create(-0.693147182f), x);

        // The polynomial of least largest relative error (9e-8) on |r| <= ln(2) / 2 with constant term 1.
        TVector y = TSimd.MultiplyAdd(r, TSimd.Create(0.00829031505f), TSimd.Create(0.0418979302f));
        y = TSimd.MultiplyAdd(y, r, TSimd.Create(0.166676357f));
        y = TSimd.MultiplyAdd(y, r, TSimd.Create(0.499991506f));
        y = TSimd.MultiplyAdd(y, r, TSimd.Create(0.999999702f));
        y = TSimd.MultiplyAdd(y, r, TSimd.Create(1f));
        return TSimd.Multiply(y, TSimd.ShiftIntoExponent(shifted));
    }
}
