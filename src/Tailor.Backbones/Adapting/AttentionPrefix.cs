using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>Trained keys and values that every sequence's queries see before its own (Li and Liang, ACL 2021).</summary>
public abstract class AttentionPrefix
{
    /// <summary>How many keys.</summary>
    public abstract int Count { get; }

    /// <summary>Keys and values side by side, [count, 2 * hidden].</summary>
    public abstract Tensor KeyValue();
}
