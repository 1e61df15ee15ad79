using System.Runtime.CompilerServices;

namespace Tailor.Engine;

/// <summary>
/// Attention of one head of one sequence, on the calling thread. Queries are taken in blocks whose scores stay in the near caches; a row of scores is complete in its block,
/// so that the softmax needs no second visit. Of the forward pass only the logarithm of each row's sum is kept, and the backward pass recomputes the probabilities
/// (Dao et al., FlashAttention, NeurIPS 2022, algorithms 1 and 4) and the dropout mask.
/// </summary>
internal static unsafe class AttentionKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    // Scores of a block of queries: 64 KiB a matrix. At least 8 queries, however long the sequence.
    private const int BlockScores = 16384;

    /// <summary>Writes the head's output and the logarithms of its sums.</summary>
    public static void Forward(in AttentionHead head)
    {
        var shape = new Shape(head);
        float* memory = ScratchMemory.Floats(checked((head.Size * shape.Stride) + (head.Keys * shape.Size) + (shape.Block * (shape.Stride + (2 * shape.Size))) + (2 * RoundUp(shape.Block, TSimd.Width))));
        float* keys = Take(ref memory, head.Size * shape.Stride);
        float* values = Take(ref memory, head.Keys * shape.Size);
        float* scores = Take(ref memory, shape.Block * shape.Stride);
        float* query = Take(ref memory, shape.Block * shape.Size);
        float* output = Take(ref memory, shape.Block * shape.Size);
        float* largest = Take(ref memory, RoundUp(shape.Block, TSimd.Width));
        float* factors = memory;
        AttentionPacking<TSimd, TVector>.Transpose(head.Key, head.KeyStride, head.Keys, head.Size, head.Scale, keys, shape.Stride, shape.Keys);
        AttentionPacking<TSimd, TVector>.Read(head.Value, head.KeyStride, head.Keys, head.Keys, head.Size, values, shape.Size);
        for (int first = 0; first < head.Queries; first += shape.Block)
        {
            int rows = Math.Min(shape.Block, head.Queries - first);
            AttentionPacking<TSimd, TVector>.Read(head.Query + (first * head.QueryStride), head.QueryStride, rows, RoundUp(rows, 4), head.Size, query, shape.Size);
            MatrixTiles<TSimd, TVector>.Multiply(query, shape.Size, 1, keys, shape.Stride, scores, shape.Stride, rows, shape.Keys, head.Size, accumulate: false);
            for (int i = 0; i < rows; i++)
            {
                head.Next.Fetch(first + i, backward: false);
                (largest[i], factors[i]) = AttentionRow<TSimd, TVector>.Softmax(scores + (i * (nint)shape.Stride), head, shape.Keys, first + i);
            }

            AttentionRow<TSimd, TVector>.Finish(largest, factors, rows, head.Keep, head.LogSumExp + first);

            MatrixTiles<TSimd, TVector>.Multiply(scores, shape.Stride, 1, values, shape.Size, output, shape.Size, rows, shape.Size, head.Keys, accumulate: false);
            for (int i = 0; i < rows; i++)
            {
                AttentionPacking<TSimd, TVector>.Write(output + (i * shape.Size), head.Size, factors[i], head.Output + ((first + i) * head.OutputStride));
            }
        }
    }

    /// <summary>Writes the gradients of the head's queries, keys and values.</summary>
    public static void Backward(in AttentionHead head)
    {
        var shape = new Shape(head);
        int keyRows = RoundUp(head.Keys, 4);
        float* memory = ScratchMemory.Floats(
            checked((2 * head.Size * shape.Stride) + (3 * keyRows * shape.Size) + (shape.Block * ((2 * shape.Stride) + (3 * shape.Size)))));
        float* keysTransposed = Take(ref memory, head.Size * shape.Stride);
        float* valuesTransposed = Take(ref memory, head.Size * shape.Stride);
        float* keys = Take(ref memory, keyRows * shape.Size);
        float* keyGradient = Take(ref memory, keyRows * shape.Size);
        float* valueGradient = Take(ref memory, keyRows * shape.Size);
        float* probabilities = Take(ref memory, shape.Block * shape.Stride);
        float* scoreGradient = Take(ref memory, shape.Block * shape.Stride);
        float* query = Take(ref memory, shape.Block * shape.Size);
        float* queryGradient = Take(ref memory, shape.Block * shape.Size);
        float* outputGradient = memory;
        AttentionPacking<TSimd, TVector>.Transpose(head.Key, head.KeyStride, head.Keys, head.Size, head.Scale, keysTransposed, shape.Stride, shape.Keys);
        AttentionPacking<TSimd, TVector>.Transpose(head.Value, head.KeyStride, head.Keys, head.Size, 1, valuesTransposed, shape.Stride, shape.Keys);
        AttentionPacking<TSimd, TVector>.Read(head.Key, head.KeyStride, head.Keys, head.Keys, head.Size, keys, shape.Size);
        for (int first = 0; first < head.Queries; first += shape.Block)
        {
            int rows = Math.Min(shape.Block, head.Queries - first), paddedRows = RoundUp(rows, 4);
            AttentionPacking<TSimd, TVector>.Read(head.Query + (first * head.QueryStride), head.QueryStride, rows, paddedRows, head.Size, query, shape.Size);
            AttentionPacking<TSimd, TVector>.Read(head.OutputGradient + (first * head.OutputStride), head.OutputStride, rows, paddedRows, head.Size, outputGradient, shape.Size);
            MatrixTiles<TSimd, TVector>.Multiply(
                query, shape.Size, 1, keysTransposed, shape.Stride, probabilities, shape.Stride, rows, shape.Keys, head.Size, accumulate: false);
            MatrixTiles<TSimd, TVector>.Multiply(
                outputGradient, shape.Size, 1, valuesTransposed, shape.Stride, scoreGradient, shape.Stride, rows, shape.Keys, head.Size, accumulate: false);
            for (int i = 0; i < rows; i++)
            {
                head.Next.Fetch(first + i, backward: true);
                nint at = i * (nint)shape.Stride;
                float delta = AttentionRow<TSimd, TVector>.Dot(outputGradient + (i * shape.Size), head.Output + ((first + i) * head.OutputStride), head.Size);
                AttentionRow<TSimd, TVector>.Gradient(probabilities + at, scoreGradient + at, head, shape.Keys, first + i, delta);
            }

            bool later = first > 0;
            MatrixTiles<TSimd, TVector>.Multiply(
                probabilities, 1, shape.Stride, outputGradient, shape.Size, valueGradient, shape.Size, head.Keys, shape.Size, rows, accumulate: later);
            MatrixTiles<TSimd, TVector>.Multiply(scoreGradient, 1, shape.Stride, query, shape.Size, keyGradient, shape.Size, head.Keys, shape.Size, rows, accumulate: later);
            MatrixTiles<TSimd, TVector>.Multiply(scoreGradient, shape.Stride, 1, keys, shape.Size, queryGradient, shape.Size, rows, shape.Size, head.Keys, accumulate: false);
            for (int i = 0; i < rows; i++)
            {
                AttentionPacking<TSimd, TVector>.Write(queryGradient + (i * shape.Size), head.Size, head.Scale, head.QueryGradient + ((first + i) * head.QueryStride));
            }
        }

        for (int j = 0; j < head.Keys; j++)
        {
            AttentionPacking<TSimd, TVector>.Write(keyGradient + (j * (nint)shape.Size), head.Size, head.Scale, head.KeyGradient + (j * head.KeyStride));
            AttentionPacking<TSimd, TVector>.Write(valueGradient + (j * (nint)shape.Size), head.Size, 1, head.ValueGradient + (j * head.KeyStride));
        }
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    private static float* Take(ref float* memory, nint floats)
    {
        float* taken = memory;
        memory += floats;
        return taken;
    }

    /// <summary>Sizes in scratch memory: keys and head size padded to whole vectors, and the number of queries in a block (a multiple of 4).</summary>
    private readonly ref struct Shape
    {
        public Shape(in AttentionHead head)
        {
            Size = RoundUp(head.Size, TSimd.Width);
            Keys = RoundUp(head.Keys, TSimd.Width);

            // Rows a power of two apart would share a few cache sets.
            Stride = Keys < 64 ? Keys : Keys + 16;
            Block = Math.Min(RoundUp(head.Queries, 4), Math.Max(8, BlockScores / Stride / 8 * 8));
        }

        public int Size { get; }

        public int Keys { get; }

        public int Stride { get; }

        public int Block { get; }
    }
}
