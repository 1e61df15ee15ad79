namespace Tailor.Baselines;

/// <summary>Cuts texts into terms, each of which is a number: no term is ever kept as a string.</summary>
internal abstract class TermKeys
{
    /// <summary>Makes the terms of a unit.</summary>
    public static TermKeys Of(TermUnit unit) => unit == TermUnit.Words ? new WordKeys() : new CharacterKeys();

    /// <summary>Reads the terms of a text; equal terms have equal keys, others other keys.</summary>
    /// <param name="text">The text.</param>
    /// <param name="learn">Whether words not met before are learnt; otherwise terms with such a word are left out.</param>
    /// <param name="keys">Takes a key for every occurrence.</param>
    public abstract void Read(string text, bool learn, List<ulong> keys);
}
