using System.Numerics;
using System.Runtime.InteropServices;

namespace Tailor.Engine;

/// <summary>Looks for NaN and infinities in numbers as they stand in a file: those whose exponent bits are all set.</summary>
internal static class NonFinite
{
    /// <summary>Whether little-endian numbers of a type hold NaN or an infinity; never true of whole numbers.</summary>
    /// <param name="bytes">Whole elements; they need not be aligned.</param>
    /// <param name="type">The elements' type.</param>
    public static bool Contains(ReadOnlySpan<byte> bytes, SafetensorsType type) => type switch
    {
        SafetensorsType.F64 => AnyHas(MemoryMarshal.Cast<byte, ulong>(bytes), 0x7FF0_0000_0000_0000UL),
        SafetensorsType.F32 => AnyHas(MemoryMarshal.Cast<byte, uint>(bytes), 0x7F80_0000U),
        SafetensorsType.F16 => AnyHas(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7C00),
        SafetensorsType.BF16 => AnyHas(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7F80),
        _ => false,
    };

    private static bool AnyHas<T>(ReadOnlySpan<T> bits, T exponent)
        where T : unmanaged, IBinaryInteger<T>
    {
        var mask = new Vector<T>(exponent);
        int i = 0;
        for (; i <= bits.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            if (Vector.EqualsAny(new Vector<T>(bits[i..]) & mask, mask))
            {
                return true;
            }
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & exponent) == exponent)
            {
                return true;
            }
        }

        return false;
    }
}
