using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Engine;

/// <summary>Vectors of 512 bits.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Width => 16;

    public static bool ManyRegisters => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> value) => Vector512.Log(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) => Vector512.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> CopySign(Vector512<float> magnitude, Vector512<float> sign) => Vector512.CopySign(magnitude, sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadHalf(ushort* source) => (Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Vector512<float> value, ushort* target)
    {
        Vector512<uint> bits = value.AsUInt32();

        // Half of the last kept digit, less one where that digit is even; a NaN would overflow, and is kept quiet instead.
        bits = Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One), bits | Vector512.Create(0x400000u)) >>> 16;
        (Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(bits) : Vector512.Narrow(bits, bits).GetLower()).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ShiftIntoExponent(Vector512<float> value) => (value.AsInt32() << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> First(int count, Vector512<float> value, Vector512<float> rest) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle(), value, rest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Keep(Vector512<float> value, CounterHash.Row row, uint first, uint threshold)
    {
        Vector512<uint> hash = (Vector512<uint>.Indices * CounterHash.Step) + Vector512.Create((first * CounterHash.Step) + row.Low);
        hash ^= hash >>> 16;
        hash *= CounterHash.FirstFactor;
        hash = hash ^ (hash >>> 13) ^ Vector512.Create(row.High);
        hash *= CounterHash.SecondFactor;

        // The comparison is signed, for want of an unsigned one in AVX2; both sides are moved by 2^31 alike.
        Vector512<int> dropped = Vector512.GreaterThan(Vector512.Create((int)(threshold ^ 0x80000000u)), (hash ^ Vector512.Create(0x80000000u)).AsInt32());
        return Vector512.ConditionalSelect(dropped.AsSingle(), Vector512<float>.Zero, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value) => Vector512.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> value) => Simd256.Max(Vector256.MaxNative(value.GetLower(), value.GetUpper()));
}
