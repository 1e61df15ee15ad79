using Tailor.Backbones;
using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>
/// The corruption of masked-language modelling (Devlin et al., 2019, §3.1): each ordinary token is chosen with probability 0.15; of the chosen, 80 % become [MASK], 10 % a random token, 10 % stay.
/// </summary>
/// <param name="tokenizer">Gives the special tokens, which are never chosen.</param>
/// <param name="probability">The share chosen, in (0, 1).</param>
public sealed class TokenMasking(Tokenizer tokenizer, double probability)
{
    private readonly HashSet<int> _special = new[] { tokenizer.PadId, tokenizer.UnkId, tokenizer.ClsId, tokenizer.SepId, tokenizer.MaskId }.OfType<int>().ToHashSet();

    private readonly int _mask = tokenizer.MaskId ?? throw new InputException("the tokenizer has no [MASK] token, which masked-language modelling needs; use a BERT vocabulary");

    /// <summary>Corrupts a sequence.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="random">The stream of the batch.</param>
    /// <param name="positions">Receives the chosen positions.</param>
    /// <returns>The corrupted tokens; the originals stay in <paramref name="ids"/>.</returns>
    public int[] Corrupt(ReadOnlySpan<int> ids, ref RandomStream random, List<int> positions)
    {
        ArgumentNullException.ThrowIfNull(positions);
        int[] corrupted = ids.ToArray();
        for (int i = 0; i < ids.Length; i++)
        {
            if (_special.Contains(ids[i]) || random.NextDouble() >= probability)
            {
                continue;
            }

            positions.Add(i);
            double choice = random.NextDouble();
            corrupted[i] = choice < 0.8 ? _mask : choice < 0.9 ? random.NextInt(tokenizer.VocabularySize) : ids[i];
        }

        return corrupted;
    }
}
