using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>Vectors of 128 bits.</summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static int Width => 4;

    public static bool ManyRegisters => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Log(Vector128<float> value) => Vector128.Log(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) => Vector128.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> CopySign(Vector128<float> magnitude, Vector128<float> sign) => Vector128.CopySign(magnitude, sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadHalf(ushort* source) => (Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Vector128<float> value, ushort* target)
    {
        Vector128<uint> bits = value.AsUInt32();

        // Half of the last kept digit, less one where that digit is even; a NaN would overflow, and is kept quiet instead.
        bits = Vector128.ConditionalSelect(Vector128.Equals(value, value).AsUInt32(), bits + Vector128.Create(0x7FFFu) + ((bits >>> 16) & Vector128<uint>.One), bits | Vector128.Create(0x400000u)) >>> 16;
        Vector128.Narrow(bits, bits).GetLower().Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ShiftIntoExponent(Vector128<float> value) => (value.AsInt32() << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> First(int count, Vector128<float> value, Vector128<float> rest) =>
        Vector128.ConditionalSelect(Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle(), value, rest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Keep(Vector128<float> value, CounterHash.Row row, uint first, uint threshold)
    {
        Vector128<uint> hash = (Vector128<uint>.Indices * CounterHash.Step) + Vector128.Create((first * CounterHash.Step) + row.Low);
        hash ^= hash >>> 16;
        hash *= CounterHash.FirstFactor;
        hash = hash ^ (hash >>> 13) ^ Vector128.Create(row.High);
        hash *= CounterHash.SecondFactor;

        // The comparison is signed, for want of an unsigned one in AVX2; both sides are moved by 2^31 alike.
        Vector128<int> dropped = Vector128.GreaterThan(Vector128.Create((int)(threshold ^ 0x80000000u)), (hash ^ Vector128.Create(0x80000000u)).AsInt32());
        return Vector128.ConditionalSelect(dropped.AsSingle(), Vector128<float>.Zero, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> value) => Vector128.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> value)
    {
        value = Vector128.MaxNative(value, Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(value, Vector128.Shuffle(value, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
