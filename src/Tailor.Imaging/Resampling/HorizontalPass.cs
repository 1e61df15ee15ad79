using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Imaging;

/// <summary>Makes each new pixel of a row the weighted sum of old pixels of that row.</summary>
internal static unsafe class HorizontalPass
{
    private const int Half = 1 << (ResampleWeights.FractionBits - 1), Group = 4, GroupShorts = 32;

    /// <summary>Runs the pass.</summary>
    /// <param name="source">The old rows.</param>
    /// <param name="weights">The weights of each new column.</param>
    /// <param name="bits">256, 128, or 0 for plain code.</param>
    /// <param name="target">Takes the new rows, one after the other without gaps.</param>
    public static void Run(Resampler.Plane source, ResampleWeights weights, int bits, byte[] target)
    {
        int length = source.Width * Picture.Channels, newLength = weights.First.Length * Picture.Channels;
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, source.Height * newLength, nameof(target));
        short[] groups = bits == 256 ? Groups(weights) : [];
        fixed (byte* pixels = source.Pixels, to = target)
        {
            fixed (short* group = groups)
            {
                for (int y = 0; y < source.Height; y++)
                {
                    // Vectors read beyond the last pixel of a row, so the array's last rows go by plain code.
                    long start = source.Offset + ((long)y * source.Stride);
                    bool room = start + length + Resampler.Slack <= source.Pixels.Length;
                    byte* row = pixels + start, newRow = to + ((long)y * newLength);
                    if (bits == 256 && room)
                    {
                        Row256(row, weights, group, newRow);
                    }
                    else if (bits == 128 && room)
                    {
                        Row128(row, weights, newRow);
                    }
                    else
                    {
                        RowPlain(row, weights, newRow);
                    }
                }
            }
        }
    }

    /// <summary>For each four weights of a new pixel sixteen high halves and sixteen low ones, as they meet the pixels: first and second by colour, then third and fourth by colour.</summary>
    private static short[] Groups(ResampleWeights weights)
    {
        int[] w = weights.Weights;
        var groups = new short[w.Length / Group * GroupShorts];
        for (int g = 0; g < w.Length / Group; g++)
        {
            Span<short> high = groups.AsSpan(g * GroupShorts, 16), low = groups.AsSpan((g * GroupShorts) + 16, 16);
            for (int k = 0; k < Group; k++)
            {
                for (int channel = 0; channel < Picture.Channels; channel++)
                {
                    int place = (k / 2 * 8) + (channel * 2) + (k % 2);
                    high[place] = SplitWeights.High(w[(g * Group) + k]);
                    low[place] = SplitWeights.Low(w[(g * Group) + k]);
                }
            }
        }

        return groups;
    }

    private static void Row256(byte* row, ResampleWeights weights, short* groups, byte* to)
    {
        // r0 r1 g0 g1 b0 b1 - - r2 r3 g2 g3 b2 b3 - -
        Vector128<byte> byColour = Vector128.Create((byte)0, 3, 1, 4, 2, 5, 255, 255, 6, 9, 7, 10, 8, 11, 255, 255);
        Vector128<int> half = Vector128.Create(Half);
        int perPixel = weights.Stride / Group * GroupShorts;
        ref int first = ref MemoryMarshal.GetArrayDataReference(weights.First), count = ref MemoryMarshal.GetArrayDataReference(weights.Count);
        for (int x = 0; x < weights.First.Length; x++, groups += perPixel)
        {
            byte* at = row + (Unsafe.Add(ref first, x) * Picture.Channels);
            short* group = groups;
            Vector256<int> high = default, low = default;
            for (int k = Unsafe.Add(ref count, x); k > 0; k -= Group, at += Group * Picture.Channels, group += GroupShorts)
            {
                Vector256<short> pixels = Avx2.ConvertToVector256Int16(Ssse3.Shuffle(Vector128.Load(at), byColour));
                high += Avx2.MultiplyAddAdjacent(pixels, Vector256.Load(group));
                low += Avx2.MultiplyAddAdjacent(pixels, Vector256.Load(group + 16));
            }

            Vector256<int> sum = (high << SplitWeights.LowBits) + low;
            Vector128<int> pixel = (sum.GetLower() + sum.GetUpper() + half) >> ResampleWeights.FractionBits;
            Vector128<short> narrow = Sse2.PackSignedSaturate(pixel, pixel);
            Put(to, x, Sse2.PackUnsignedSaturate(narrow, narrow).AsUInt32().ToScalar(), x + 1 == weights.First.Length);
        }
    }

    private static void Row128(byte* row, ResampleWeights weights, byte* to)
    {
        for (int x = 0; x < weights.First.Length; x++)
        {
            byte* at = row + (weights.First[x] * Picture.Channels);
            Vector128<int> sum = Vector128.Create(Half);
            for (int k = 0; k < weights.Count[x]; k++, at += Picture.Channels)
            {
                Vector128<byte> pixel = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(at)).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(pixel)).AsInt32() * Vector128.Create(weights.Weights[(x * weights.Stride) + k]);
            }

            Vector128<uint> clipped = Vector128.Clamp(sum >> ResampleWeights.FractionBits, Vector128<int>.Zero, Vector128.Create(255)).AsUInt32();
            Vector128<ushort> narrow = Vector128.Narrow(clipped, clipped);
            Put(to, x, Vector128.Narrow(narrow, narrow).AsUInt32().ToScalar(), x + 1 == weights.First.Length);
        }
    }

    /// <summary>Writes a pixel; its fourth byte is written over by the next, and the last pixel of a row has none.</summary>
    private static void Put(byte* row, int x, uint pixel, bool last)
    {
        byte* to = row + (x * Picture.Channels);
        if (!last)
        {
            Unsafe.WriteUnaligned(to, pixel);
            return;
        }

        (to[0], to[1], to[2]) = ((byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16));
    }

    private static void RowPlain(byte* row, ResampleWeights weights, byte* to)
    {
        for (int x = 0; x < weights.First.Length; x++)
        {
            byte* at = row + (weights.First[x] * Picture.Channels);
            int red = Half, green = Half, blue = Half;
            for (int k = 0; k < weights.Count[x]; k++, at += Picture.Channels)
            {
                int weight = weights.Weights[(x * weights.Stride) + k];
                red += at[0] * weight;
                green += at[1] * weight;
                blue += at[2] * weight;
            }

            to[0] = Clip(red);
            to[1] = Clip(green);
            to[2] = Clip(blue);
            to += Picture.Channels;
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResampleWeights.FractionBits, 0, 255);
}
