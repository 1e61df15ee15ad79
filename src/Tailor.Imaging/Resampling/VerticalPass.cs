using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Imaging;

/// <summary>Makes each new row the weighted sum of old rows.</summary>
internal static unsafe class VerticalPass
{
    private const int Half = 1 << (ResampleWeights.FractionBits - 1), Block = 16;

    /// <summary>Runs the pass.</summary>
    /// <param name="source">The old rows.</param>
    /// <param name="weights">The weights of each new row.</param>
    /// <param name="bits">256, 128, or 0 for plain code.</param>
    /// <param name="target">Takes the new rows, one after the other without gaps.</param>
    public static void Run(Resampler.Plane source, ResampleWeights weights, int bits, byte[] target)
    {
        int length = source.Width * Picture.Channels;
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, weights.First.Length * length, nameof(target));
        int width = length < Block ? 0 : bits;
        int[] pairs = width == 256 ? Pairs(weights) : [];
        fixed (byte* pixels = source.Pixels, to = target)
        {
            fixed (int* weight = weights.Weights, pair = pairs)
            {
                for (int y = 0; y < weights.First.Length; y++)
                {
                    byte* rows = pixels + source.Offset + ((long)weights.First[y] * source.Stride), row = to + ((long)y * length);
                    int count = weights.Count[y];
                    switch (width)
                    {
                        case 256:
                            Row256(rows, source.Stride, count, pair + (y * weights.Stride), row, length);
                            break;
                        case 128:
                            Row128(rows, source.Stride, count, weight + (y * weights.Stride), row, length);
                            break;
                        default:
                            RowPlain(rows, source.Stride, count, weight + (y * weights.Stride), row, length);
                            break;
                    }
                }
            }
        }
    }

    /// <summary>For each two weights the pair of their high halves and the pair of their low ones.</summary>
    private static int[] Pairs(ResampleWeights weights)
    {
        int[] w = weights.Weights, pairs = new int[w.Length];
        for (int i = 0; i < w.Length; i += 2)
        {
            pairs[i] = SplitWeights.Pair(SplitWeights.High(w[i]), SplitWeights.High(w[i + 1]));
            pairs[i + 1] = SplitWeights.Pair(SplitWeights.Low(w[i]), SplitWeights.Low(w[i + 1]));
        }

        return pairs;
    }

    private static void Row256(byte* rows, int stride, int count, int* pairs, byte* to, int length)
    {
        for (int x = 0; ; x += Block)
        {
            // The last block moves back to end with the row; what it writes twice is the same.
            x = Math.Min(x, length - Block);
            Vector256<int> highA = default, highB = default, lowA = Vector256.Create(Half), lowB = lowA;
            byte* at = rows + x;
            for (int k = 0; k < count; k += 2, at += 2 * (long)stride)
            {
                // Of an odd count the last row stands alone; its partner's weight is zero.
                Vector128<byte> first = Vector128.Load(at), second = k + 1 < count ? Vector128.Load(at + stride) : default;
                Vector256<short> a = Avx2.ConvertToVector256Int16(Sse2.UnpackLow(first, second)), b = Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(first, second));
                Vector256<short> high = Vector256.Create(pairs[k]).AsInt16(), low = Vector256.Create(pairs[k + 1]).AsInt16();
                highA += Avx2.MultiplyAddAdjacent(a, high);
                lowA += Avx2.MultiplyAddAdjacent(a, low);
                highB += Avx2.MultiplyAddAdjacent(b, high);
                lowB += Avx2.MultiplyAddAdjacent(b, low);
            }

            Vector256<int> sumA = ((highA << SplitWeights.LowBits) + lowA) >> ResampleWeights.FractionBits, sumB = ((highB << SplitWeights.LowBits) + lowB) >> ResampleWeights.FractionBits;
            Vector128<short> first8 = Sse2.PackSignedSaturate(sumA.GetLower(), sumA.GetUpper()), last8 = Sse2.PackSignedSaturate(sumB.GetLower(), sumB.GetUpper());
            Sse2.PackUnsignedSaturate(first8, last8).Store(to + x);
            if (x == length - Block)
            {
                return;
            }
        }
    }

    private static void Row128(byte* rows, int stride, int count, int* weights, byte* to, int length)
    {
        for (int x = 0; ; x += Block)
        {
            x = Math.Min(x, length - Block);
            Vector128<int> a = Vector128.Create(Half), b = a, c = a, d = a;
            byte* at = rows + x;
            for (int k = 0; k < count; k++, at += stride)
            {
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Load(at));
                (Vector128<uint> p, Vector128<uint> q) = Vector128.Widen(low);
                (Vector128<uint> r, Vector128<uint> s) = Vector128.Widen(high);
                Vector128<int> weight = Vector128.Create(weights[k]);
                a += p.AsInt32() * weight;
                b += q.AsInt32() * weight;
                c += r.AsInt32() * weight;
                d += s.AsInt32() * weight;
            }

            Vector128.Narrow(Vector128.Narrow(Clip(a), Clip(b)), Vector128.Narrow(Clip(c), Clip(d))).Store(to + x);
            if (x == length - Block)
            {
                return;
            }
        }
    }

    private static Vector128<uint> Clip(Vector128<int> sum) => Vector128.Clamp(sum >> ResampleWeights.FractionBits, Vector128<int>.Zero, Vector128.Create(255)).AsUInt32();

    private static void RowPlain(byte* rows, int stride, int count, int* weights, byte* to, int length)
    {
        for (int x = 0; x < length; x++)
        {
            int sum = Half;
            for (int k = 0; k < count; k++)
            {
                sum += rows[((long)k * stride) + x] * weights[k];
            }

            to[x] = (byte)Math.Clamp(sum >> ResampleWeights.FractionBits, 0, 255);
        }
    }
}
