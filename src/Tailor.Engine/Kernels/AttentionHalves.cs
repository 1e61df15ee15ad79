using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>
/// Queries, keys and values of self-attention as a product of bfloat16 has left them, side by side and without their bias. A head's are widened into its thread's own memory, where the caches hold them, and its
/// gradients are rounded from there: the tensors in float32 would be written and read once more each.
/// </summary>
internal sealed unsafe class AttentionHalves
{
    /// <summary>Head sizes are a multiple of this.</summary>
    public const int SizeBlock = 16;

    /// <summary>[tokens, 3 * hidden] of bfloat16.</summary>
    public required ushort* Product { get; init; }

    /// <summary>[3 * hidden].</summary>
    public required float* Bias { get; init; }

    /// <summary>The width of the queries of all heads, in elements.</summary>
    public required int Hidden { get; init; }

    /// <summary>[tokens, 3 * hidden] of bfloat16: written by the backward pass.</summary>
    public ushort* Gradient { get; init; }

    /// <summary>[sequences, 3 * hidden]: the sums of the gradients over each sequence's tokens before they were rounded, written by the backward pass.</summary>
    public float* Sums { get; init; }

    /// <summary>Computes one head.</summary>
    /// <param name="body">The pass.</param>
    /// <param name="head">The head, whose places for queries, keys, values and their gradients are not looked at.</param>
    /// <param name="row">The first token of its sequence.</param>
    /// <param name="column">Its first column of the queries.</param>
    /// <param name="sequence">Which sequence it is of.</param>
    public void Run(AttentionKernelBody body, in AttentionHead head, int row, int column, int sequence)
    {
        int part = head.Keys * head.Size;
        bool backward = Gradient is not null;
        float* wide = ScratchMemory.HeadFloats(checked((backward ? 6 : 3) * part)), gradient = wide + (3 * part);
        for (int i = 0; i < 3; i++)
        {
            int at = (i * Hidden) + column;
            Widen(Product + (row * (nint)(3 * Hidden)) + at, Bias + at, wide + (i * part), head.Keys, head.Size);
        }

        body(head with
        {
            Query = wide,
            QueryStride = head.Size,
            Key = wide + part,
            Value = wide + (2 * part),
            KeyStride = head.Size,
            QueryGradient = gradient,
            KeyGradient = gradient + part,
            ValueGradient = gradient + (2 * part),
        });
        for (int i = 0; i < 3 && backward; i++)
        {
            int at = (i * Hidden) + column;
            Round(gradient + (i * part), Gradient + (row * (nint)(3 * Hidden)) + at, Sums + (sequence * (nint)(3 * Hidden)) + at, head.Keys, head.Size);
        }
    }

    /// <summary>Where the next head's rows lie here, <paramref name="at"/> elements from the first.</summary>
    public AttentionNext NextOf(in AttentionNext whole, nint at, int size) => whole with
    {
        Query = (byte*)(Product + at),
        Key = (byte*)(Product + Hidden + at),
        Value = (byte*)(Product + (2 * Hidden) + at),
        QueryStride = 3 * (nint)Hidden * sizeof(ushort),
        KeyStride = 3 * (nint)Hidden * sizeof(ushort),
        Length = size * sizeof(ushort),
        QueryGradient = (byte*)(Gradient + at),
        KeyGradient = (byte*)(Gradient + Hidden + at),
        ValueGradient = (byte*)(Gradient + (2 * Hidden) + at),
    };

    private void Widen(ushort* source, float* bias, float* target, int rows, int size)
    {
        switch (SimdChoice.Bits)
        {
            case 512:
                Widen<Simd512, Vector512<float>>(source, bias, target, rows, size);
                break;
            case 256:
                Widen<Simd256, Vector256<float>>(source, bias, target, rows, size);
                break;
            default:
                Widen<Simd128, Vector128<float>>(source, bias, target, rows, size);
                break;
        }
    }

    private void Round(float* source, ushort* target, float* sums, int rows, int size)
    {
        switch (SimdChoice.Bits)
        {
            case 512:
                Round<Simd512, Vector512<float>>(source, target, sums, rows, size);
                break;
            case 256:
                Round<Simd256, Vector256<float>>(source, target, sums, rows, size);
                break;
            default:
                Round<Simd128, Vector128<float>>(source, target, sums, rows, size);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Widen<TSimd, TVector>(ushort* source, float* bias, float* target, int rows, int size)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint stride = 3 * Hidden;
        for (int row = 0; row < rows; row++, source += stride, target += size)
        {
            for (int i = 0; i < size; i += TSimd.Width)
            {
                TSimd.Store(TSimd.Add(TSimd.LoadHalf(source + i), TSimd.Load(bias + i)), target + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Round<TSimd, TVector>(float* source, ushort* target, float* sums, int rows, int size)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        nint stride = 3 * Hidden;
        for (int i = 0; i < size; i += TSimd.Width)
        {
            TVector sum = default;
            for (int row = 0; row < rows; row++)
            {
                TVector x = TSimd.Load(source + (row * (nint)size) + i);
                TSimd.StoreHalf(x, target + (row * stride) + i);
                sum = TSimd.Add(sum, x);
            }

            TSimd.Store(sum, sums + i);
        }
    }
}
