using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Engine;

/// <summary>
/// Where the rows lie of the head that a thread computes next, to be asked of the caches while it computes this one. A head's rows lie a row of all heads apart, often on a page each, which no prefetcher
/// of the processor follows. Lengths and distances are in bytes; all zero where no head follows.
/// </summary>
internal readonly unsafe struct AttentionNext
{
    private const int CacheLine = 64;

    public required byte* Query { get; init; }

    public required byte* Key { get; init; }

    public required byte* Value { get; init; }

    public required nint QueryStride { get; init; }

    public required nint KeyStride { get; init; }

    /// <summary>How long a row of queries, keys or values is.</summary>
    public required int Length { get; init; }

    public required byte* Output { get; init; }

    public required byte* OutputGradient { get; init; }

    public required nint OutputStride { get; init; }

    public required int OutputLength { get; init; }

    public required byte* QueryGradient { get; init; }

    public required byte* KeyGradient { get; init; }

    public required byte* ValueGradient { get; init; }

    /// <summary>Asks for one row of all operands, results too, in the second-level cache; they need not be there yet for the caller to go on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(int row, bool backward)
    {
        if (Length == 0)
        {
            return;
        }

        nint query = row * QueryStride, key = row * KeyStride, output = row * OutputStride;
        Fetch(Query + query, Length);
        Fetch(Key + key, Length);
        Fetch(Value + key, Length);
        Fetch(Output + output, OutputLength);
        if (backward)
        {
            Fetch(OutputGradient + output, OutputLength);
            Fetch(QueryGradient + query, Length);
            Fetch(KeyGradient + key, Length);
            Fetch(ValueGradient + key, Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* row, int length)
    {
        if (Sse.IsSupported)
        {
            for (int k = 0; k < length; k += CacheLine)
            {
                Sse.Prefetch1(row + k);
            }
        }
    }
}
