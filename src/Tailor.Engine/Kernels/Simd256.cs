using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>Vectors of 256 bits.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Width => 8;

    public static bool ManyRegisters => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> value) => Vector256.Log(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) => Vector256.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> CopySign(Vector256<float> magnitude, Vector256<float> sign) => Vector256.CopySign(magnitude, sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadHalf(ushort* source) => (Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Vector256<float> value, ushort* target)
    {
        Vector256<uint> bits = value.AsUInt32();

        // Half of the last kept digit, less one where that digit is even; a NaN would overflow, and is kept quiet instead.
        bits = Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One), bits | Vector256.Create(0x400000u)) >>> 16;
        Vector256.Narrow(bits, bits).GetLower().Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ShiftIntoExponent(Vector256<float> value) => (value.AsInt32() << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> First(int count, Vector256<float> value, Vector256<float> rest) =>
        Vector256.ConditionalSelect(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle(), value, rest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Keep(Vector256<float> value, CounterHash.Row row, uint first, uint threshold)
    {
        Vector256<uint> hash = (Vector256<uint>.Indices * CounterHash.Step) + Vector256.Create((first * CounterHash.Step) + row.Low);
        hash ^= hash >>> 16;
        hash *= CounterHash.FirstFactor;
        hash = hash ^ (hash >>> 13) ^ Vector256.Create(row.High);
        hash *= CounterHash.SecondFactor;

        // The comparison is signed, for want of an unsigned one in AVX2; both sides are moved by 2^31 alike.
        Vector256<int> dropped = Vector256.GreaterThan(Vector256.Create((int)(threshold ^ 0x80000000u)), (hash ^ Vector256.Create(0x80000000u)).AsInt32());
        return Vector256.ConditionalSelect(dropped.AsSingle(), Vector256<float>.Zero, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> value) => Vector256.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> value) => Simd128.Max(Vector128.MaxNative(value.GetLower(), value.GetUpper()));
}
