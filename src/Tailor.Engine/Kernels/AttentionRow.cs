using System.Runtime.CompilerServices;

namespace Tailor.Engine;

/// <summary>What attention does to one row of scores: a query against all keys of its sequence.</summary>
internal static unsafe class AttentionRow<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// Turns scores into exp(score - largest), with 0 for dropped keys. The dropout mask of row i is a function of the head's key and i.
    /// </summary>
    /// <returns>The largest score, and the sum over all keys, dropped ones too.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float Largest, float Sum) Softmax(float* scores, in AttentionHead head, int paddedKeys, int row)
    {
        int width = TSimd.Width;
        float* last = scores + paddedKeys - width;
        TSimd.Store(TSimd.First(head.Keys - (paddedKeys - width), TSimd.Load(last), TSimd.Create(float.NegativeInfinity)), last);
        TVector largest = TSimd.Load(scores);
        for (int j = width; j < paddedKeys; j += width)
        {
            largest = TSimd.Max(largest, TSimd.Load(scores + j));
        }

        float max = TSimd.Max(largest);
        TVector shift = TSimd.Create(max), sum = TSimd.Create(0);
        if (head.Threshold == 0)
        {
            for (int j = 0; j < paddedKeys; j += width)
            {
                TVector e = VectorExponential<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(scores + j), shift));
                sum = TSimd.Add(sum, e);
                TSimd.Store(e, scores + j);
            }
        }
        else
        {
            CounterHash.Row hash = CounterHash.RowOf(head.DropoutKey, (ulong)row);
            uint threshold = head.Threshold;
            for (int j = 0; j < paddedKeys; j += width)
            {
                TVector e = VectorExponential<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(scores + j), shift));
                sum = TSimd.Add(sum, e);
                TSimd.Store(TSimd.Keep(e, hash, (uint)j, threshold), scores + j);
            }
        }

        return (max, TSimd.Sum(sum));
    }

    /// <summary>Turns the rows' sums into the factors of their outputs, keep / sum, and writes the logarithms of the sums. Both arrays are read up to a whole vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(float* largest, float* sums, int rows, float keep, float* logSumExp)
    {
        for (int i = 0; i < rows; i += TSimd.Width)
        {
            TVector sum = TSimd.Load(sums + i);
            TSimd.Store(TSimd.Add(TSimd.Load(largest + i), TSimd.Log(sum)), largest + i);
            TSimd.Store(TSimd.Divide(TSimd.Create(keep), sum), sums + i);
        }

        new ReadOnlySpan<float>(largest, rows).CopyTo(new Span<float>(logSumExp, rows));
    }

    /// <summary>
    /// Turns scores s and gradients g of the dropped probabilities into the dropped probabilities d (in the scores' place) and the gradients of the scores
    /// d g - p delta (in the gradients' place), where p = exp(s - log sum) and d = p / (1 - dropout) or 0.
    /// </summary>
    /// <param name="scores">The row of scores.</param>
    /// <param name="gradients">The row of gradients.</param>
    /// <param name="head">The head.</param>
    /// <param name="paddedKeys">The row's length in whole vectors.</param>
    /// <param name="row">Which query of the sequence it is.</param>
    /// <param name="delta">The product of the query's output and the output's gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float* scores, float* gradients, in AttentionHead head, int paddedKeys, int row, float delta)
    {
        TVector logSum = TSimd.Create(head.LogSumExp[row]), negativeDelta = TSimd.Create(-delta);
        if (head.Threshold == 0)
        {
            for (int j = 0; j < paddedKeys; j += TSimd.Width)
            {
                TVector p = VectorExponential<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(scores + j), logSum));
                TSimd.Store(p, scores + j);
                TSimd.Store(TSimd.Multiply(p, TSimd.Add(TSimd.Load(gradients + j), negativeDelta)), gradients + j);
            }

            return;
        }

        CounterHash.Row hash = CounterHash.RowOf(head.DropoutKey, (ulong)row);
        uint threshold = head.Threshold;
        TVector keep = TSimd.Create(head.Keep);
        for (int j = 0; j < paddedKeys; j += TSimd.Width)
        {
            TVector p = VectorExponential<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(scores + j), logSum));
            TVector d = TSimd.Keep(TSimd.Multiply(p, keep), hash, (uint)j, threshold);
            TSimd.Store(d, scores + j);
            TSimd.Store(TSimd.MultiplyAdd(d, TSimd.Load(gradients + j), TSimd.Multiply(p, negativeDelta)), gradients + j);
        }
    }

    /// <summary>The inner product of two rows.</summary>
    public static float Dot(float* left, float* right, int count)
    {
        TVector sum = TSimd.Create(0);
        int i = 0;
        for (; i + TSimd.Width <= count; i += TSimd.Width)
        {
            sum = TSimd.MultiplyAdd(TSimd.Load(left + i), TSimd.Load(right + i), sum);
        }

        float total = TSimd.Sum(sum);
        for (; i < count; i++)
        {
            total += left[i] * right[i];
        }

        return total;
    }
}
