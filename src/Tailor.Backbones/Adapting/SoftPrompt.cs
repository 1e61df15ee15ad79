using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>Trained rows set before the word embeddings of every sequence (Lester et al., EMNLP 2021). They take the first positions.</summary>
public abstract class SoftPrompt
{
    /// <summary>How many rows.</summary>
    public abstract int Count { get; }

    /// <summary>The rows, [count, hidden].</summary>
    public abstract Tensor Rows();
}
