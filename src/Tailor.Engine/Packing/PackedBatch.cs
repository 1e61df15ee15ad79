using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// A batch of token sequences laid end to end without padding: token t of sequence s stands at row <c>Offsets[s] + t</c>. Everything but attention works on these rows alone.
/// </summary>
public sealed class PackedBatch : IExampleBatch
{
    private RowsBefore? _before;

    private PackedBatch(Tensor tokenIds, Tensor positions, Tensor tokenTypes, Tensor readRows, int[] offsets)
    {
        (TokenIds, Positions, TokenTypes, ReadRows, Offsets) = (tokenIds, positions, tokenTypes, readRows, offsets);
    }

    /// <summary>Vocabulary ids, int64 [tokens].</summary>
    public Tensor TokenIds { get; }

    /// <summary>Position of each token in its sequence, int64 [tokens], from 0.</summary>
    public Tensor Positions { get; }

    /// <summary>Segment of each token (0 for the first text, 1 for its pair), int64 [tokens].</summary>
    public Tensor TokenTypes { get; }

    /// <summary>The row of each sequence's read position ([CLS] or [MASK]), int64 [sequences].</summary>
    public Tensor ReadRows { get; }

    /// <summary>First row of each sequence, and the number of rows at the end: [sequences + 1].</summary>
    public int[] Offsets { get; }

    /// <summary>The number of sequences.</summary>
    public int Sequences => Offsets.Length - 1;

    /// <inheritdoc/>
    public int Count => Sequences;

    /// <summary>The number of rows, which is the number of real tokens.</summary>
    public int Tokens => Offsets[^1];

    /// <summary>Packs tokenised sequences.</summary>
    /// <param name="sequences">The sequences, each with at least one token.</param>
    /// <param name="device">Where the tensors go; the CPU when null.</param>
    /// <exception cref="ArgumentException">There is no sequence, or one is empty, or its read position lies outside it.</exception>
    public static PackedBatch Of(IReadOnlyList<TokenSequence> sequences, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0)
        {
            throw new ArgumentException("A batch needs at least one sequence.", nameof(sequences));
        }

        int[] offsets = new int[sequences.Count + 1];
        for (int s = 0; s < sequences.Count; s++)
        {
            offsets[s + 1] = offsets[s] + sequences[s].Ids.Length;
        }

        int tokens = offsets[^1];
        long[] ids = new long[tokens], positions = new long[tokens], types = new long[tokens], reads = new long[sequences.Count];
        for (int s = 0; s < sequences.Count; s++)
        {
            TokenSequence sequence = sequences[s];
            if ((uint)sequence.ReadAt >= (uint)sequence.Ids.Length)
            {
                throw new ArgumentException($"Sequence {s} has {sequence.Ids.Length} tokens and read position {sequence.ReadAt}.", nameof(sequences));
            }

            reads[s] = offsets[s] + sequence.ReadAt;
            for (int t = 0; t < sequence.Ids.Length; t++)
            {
                int row = offsets[s] + t;
                ids[row] = sequence.Ids[t];
                positions[row] = t;
                types[row] = t < sequence.FirstLength ? 0 : 1;
            }
        }

        return new PackedBatch(On(ids, device), On(positions, device), On(types, device), On(reads, device), offsets);
    }

    /// <summary>The rows of this batch when every sequence is preceded by the same few rows, which stand first in the tensor that is indexed.</summary>
    /// <param name="count">How many rows come before each sequence, at least 1.</param>
    /// <returns>Valid until the batch is disposed, or asked for another count.</returns>
    public RowsBefore Before(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (_before?.Count == count)
        {
            return _before;
        }

        int[] offsets = new int[Offsets.Length];
        long[] index = new long[Tokens + (Sequences * count)];
        int row = 0;
        for (int s = 0; s < Sequences; s++)
        {
            for (int i = 0; i < count; i++)
            {
                index[row++] = i;
            }

            for (int token = Offsets[s]; token < Offsets[s + 1]; token++)
            {
                index[row++] = count + token;
            }

            offsets[s + 1] = row;
        }

        _before?.Index.Dispose();
        return _before = new RowsBefore(count, On(index, TokenIds.device).DetachFromDisposeScope(), offsets);
    }

    /// <summary>This batch with further rows before each sequence: what the layers see when a soft prompt has been set before the words.</summary>
    /// <param name="count">How many rows come before each sequence, at least 1.</param>
    /// <remarks>The rows have no vocabulary id; only <see cref="Positions"/>, <see cref="TokenTypes"/>, <see cref="ReadRows"/> and <see cref="Offsets"/> of the result mean something. A read position of 0 stays 0, which is the first of the rows.</remarks>
    public PackedBatch Preceded(int count)
    {
        RowsBefore before = Before(count);
        long[] types = TokenTypes.cpu().data<long>().ToArray(), reads = ReadRows.cpu().data<long>().ToArray();
        long[] positions = new long[before.Offsets[^1]], newTypes = new long[positions.Length];
        for (int s = 0; s < Sequences; s++)
        {
            int start = before.Offsets[s], length = before.Offsets[s + 1] - start;
            for (int i = 0; i < length; i++)
            {
                positions[start + i] = i;
                newTypes[start + i] = i < count ? 0 : types[Offsets[s] + i - count];
            }

            reads[s] = reads[s] == Offsets[s] ? start : start + count + reads[s] - Offsets[s];
        }

        Device device = TokenIds.device;
        return new PackedBatch(zeros(positions.Length, ScalarType.Int64, device), On(positions, device), On(newTypes, device), On(reads, device), before.Offsets);
    }

    /// <summary>Releases the tensors.</summary>
    public void Dispose()
    {
        _before?.Index.Dispose();
        TokenIds.Dispose();
        Positions.Dispose();
        TokenTypes.Dispose();
        ReadRows.Dispose();
    }

    private static Tensor On(long[] values, Device? device) => tensor(values, dtype: ScalarType.Int64, device: device);
}

/// <summary>A batch's rows with the same few rows before each sequence.</summary>
/// <param name="Count">How many rows come before each sequence.</param>
/// <param name="Index">Rows of (those few, then the batch's tokens), int64 [tokens + sequences * count].</param>
/// <param name="Offsets">[sequences + 1]: the first row of each sequence among them.</param>
public sealed record RowsBefore(int Count, Tensor Index, int[] Offsets);

/// <summary>One tokenised example.</summary>
/// <param name="Ids">Vocabulary ids with the special tokens in place.</param>
/// <param name="FirstLength">How many leading tokens belong to segment 0; the rest to segment 1.</param>
/// <param name="ReadAt">The position whose state the head reads: 0 for [CLS], or that of [MASK].</param>
public sealed record TokenSequence(int[] Ids, int FirstLength, int ReadAt = 0);
