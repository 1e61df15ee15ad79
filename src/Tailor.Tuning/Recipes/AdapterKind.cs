namespace Tailor.Tuning;

/// <summary>The small modules set into the backbone.</summary>
public enum AdapterKind
{
    /// <summary>None: the backbone is as it was pretrained.</summary>
    None,
}
