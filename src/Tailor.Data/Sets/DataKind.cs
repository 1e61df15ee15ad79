namespace Tailor.Data;

/// <summary>What data are of.</summary>
public enum DataKind
{
    /// <summary>It cannot be told from the names alone, or there is nothing.</summary>
    Unknown,

    /// <summary>Texts.</summary>
    Texts,

    /// <summary>Pictures.</summary>
    Pictures,
}
