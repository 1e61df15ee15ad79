using System.Runtime.Intrinsics;
using TorchSharp;

namespace Tailor.Engine;

/// <summary>
/// Where the operands of attention over packed sequences lie, and how its heads are handed out: a task is some heads of one sequence, the longest sequences first.
/// Every head writes its own part of the results, so that they do not depend on the number of threads.
/// </summary>
internal sealed unsafe class AttentionBatch
{
    // Few enough heads a task that threads end together.
    private const int TasksPerThread = 16;

    /// <summary>Queries of sequence s are the rows queryOffsets[s] up to queryOffsets[s + 1] - 1.</summary>
    public required int[] QueryOffsets { get; init; }

    /// <summary>Keys and values of sequence s are the rows keyOffsets[s] up to keyOffsets[s + 1] - 1.</summary>
    public required int[] KeyOffsets { get; init; }

    public required int Heads { get; init; }

    public required int HeadSize { get; init; }

    public required double Dropout { get; init; }

    public required ulong DropoutKey { get; init; }

    public required float* Query { get; init; }

    public required float* Key { get; init; }

    public required float* Value { get; init; }

    /// <summary>Floats from a row of queries to the next; also of their gradient.</summary>
    public required nint QueryStride { get; init; }

    /// <summary>Floats from a row of keys, or of values, to the next; also of their gradients.</summary>
    public required nint KeyStride { get; init; }

    /// <summary>[queries, heads * head size]: written by the forward pass, read by the backward pass.</summary>
    public required float* Output { get; init; }

    /// <summary>[heads, queries]: the logarithm of each softmax's denominator, written by the forward pass, read by the backward pass.</summary>
    public required float* LogSumExp { get; init; }

    /// <summary>Queries, keys and values in bfloat16, in place of <see cref="Query"/>, <see cref="Key"/>, <see cref="Value"/> and their gradients; null where they are in float32.</summary>
    public AttentionHalves? Halves { get; init; }

    public float* OutputGradient { get; init; }

    public float* QueryGradient { get; init; }

    public float* KeyGradient { get; init; }

    public float* ValueGradient { get; init; }

    private int Sequences => KeyOffsets.Length - 1;

    public void Forward() => ForEachHead(SimdChoice.Bits switch
    {
        512 => AttentionKernel<Simd512, Vector512<float>>.Forward,
        256 => AttentionKernel<Simd256, Vector256<float>>.Forward,
        _ => AttentionKernel<Simd128, Vector128<float>>.Forward,
    });

    public void Backward() => ForEachHead(SimdChoice.Bits switch
    {
        512 => AttentionKernel<Simd512, Vector512<float>>.Backward,
        256 => AttentionKernel<Simd256, Vector256<float>>.Backward,
        _ => AttentionKernel<Simd128, Vector128<float>>.Backward,
    });

    private void ForEachHead(AttentionKernelBody body)
    {
        int[] order = new int[Sequences], shortness = new int[Sequences];
        for (int s = 0; s < Sequences; s++)
        {
            (order[s], shortness[s]) = (s, KeyOffsets[s] - KeyOffsets[s + 1]);
        }

        Array.Sort(shortness, order);
        int heads = Math.Clamp(checked(Sequences * Heads) / (TasksPerThread * torch.get_num_threads()), 1, Heads), tasks = (Heads + heads - 1) / heads;
        WorkerPool.For(checked(Sequences * tasks), task =>
        {
            int sequence = order[task / tasks], first = task % tasks * heads, end = Math.Min(first + heads, Heads);
            for (int head = first; head < end; head++)
            {
                AttentionHead work = HeadOf(sequence, head, last: head == end - 1);
                if (Halves is null)
                {
                    body(work);
                }
                else
                {
                    Halves.Run(body, work, KeyOffsets[sequence], head * HeadSize, sequence);
                }
            }
        });
    }

    private AttentionHead HeadOf(int sequence, int head, bool last)
    {
        int firstKey = KeyOffsets[sequence], firstQuery = QueryOffsets[sequence];
        nint column = (nint)head * HeadSize;
        nint outputStride = (nint)Heads * HeadSize;
        nint query = (firstQuery * QueryStride) + column, key = (firstKey * KeyStride) + column, output = (firstQuery * outputStride) + column;
        return new AttentionHead
        {
            Queries = QueryOffsets[sequence + 1] - firstQuery,
            Keys = KeyOffsets[sequence + 1] - firstKey,
            Size = HeadSize,
            Query = Query + query,
            QueryStride = QueryStride,
            Key = Key + key,
            Value = Value + key,
            KeyStride = KeyStride,
            Output = Output + output,
            OutputStride = outputStride,
            LogSumExp = LogSumExp + ((nint)head * QueryOffsets[^1]) + firstQuery,
            OutputGradient = OutputGradient + output,
            QueryGradient = QueryGradient + query,
            KeyGradient = KeyGradient + key,
            ValueGradient = ValueGradient + key,
            Threshold = CounterHash.Threshold(Dropout),
            Keep = (float)(1 / (1 - Dropout)),
            DropoutKey = DropoutKeyOf(DropoutKey, sequence, head, Heads),
            Next = last ? default : NextOf(query + HeadSize, key + HeadSize, output + HeadSize),
        };
    }

    private AttentionNext NextOf(nint query, nint key, nint output)
    {
        var next = new AttentionNext
        {
            Query = (byte*)(Query + query),
            Key = (byte*)(Key + key),
            Value = (byte*)(Value + key),
            QueryStride = QueryStride * sizeof(float),
            KeyStride = KeyStride * sizeof(float),
            Length = HeadSize * sizeof(float),
            Output = (byte*)(Output + output),
            OutputGradient = (byte*)(OutputGradient + output),
            OutputStride = (nint)Heads * HeadSize * sizeof(float),
            OutputLength = HeadSize * sizeof(float),
            QueryGradient = (byte*)(QueryGradient + query),
            KeyGradient = (byte*)(KeyGradient + key),
            ValueGradient = (byte*)(ValueGradient + key),
        };
        return Halves is null ? next : Halves.NextOf(next, query, HeadSize);
    }

    /// <summary>The key of one head's dropout mask, whose rows are its queries and whose elements are its keys.</summary>
    public static ulong DropoutKeyOf(ulong key, int sequence, int head, int heads) => CounterHash.Derive(key, ((ulong)sequence * (ulong)heads) + (ulong)head);
}

/// <summary>The work of one head.</summary>
internal delegate void AttentionKernelBody(in AttentionHead head);
