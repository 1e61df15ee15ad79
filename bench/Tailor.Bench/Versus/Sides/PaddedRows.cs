using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>Sequences padded to the longest, as the plain sides compute them.</summary>
/// <param name="Ids">Token ids, int64 [sequences, longest].</param>
/// <param name="Mask">0 at tokens and a large negative number at padding, [sequences, 1, 1, longest]; null without padding.</param>
internal sealed record PaddedRows(Tensor Ids, Tensor? Mask) : IDisposable
{
    private const float Masked = -1e9f;

    /// <summary>Pads sequences.</summary>
    public static PaddedRows Of(IReadOnlyList<int[]> sequences)
    {
        int rows = sequences.Count, longest = sequences.Max(ids => ids.Length);
        long[] padded = new long[rows * longest];
        float[] masked = new float[padded.Length];
        for (int s = 0; s < rows; s++)
        {
            for (int t = 0; t < longest; t++)
            {
                bool real = t < sequences[s].Length;
                padded[(s * longest) + t] = real ? sequences[s][t] : 0;
                masked[(s * longest) + t] = real ? 0 : Masked;
            }
        }

        return new(tensor(padded, [rows, longest]), sequences.All(ids => ids.Length == longest) ? null : tensor(masked, [rows, 1, 1, longest]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Mask?.Dispose();
    }
}
