namespace Tailor.Engine;

/// <summary>Where the operands of one head of one sequence lie: the first element of each, and the distance between rows in floats.</summary>
internal readonly unsafe ref struct AttentionHead
{
    public required int Queries { get; init; }

    public required int Keys { get; init; }

    public required int Size { get; init; }

    public required float* Query { get; init; }

    public required nint QueryStride { get; init; }

    public required float* Key { get; init; }

    public required float* Value { get; init; }

    public required nint KeyStride { get; init; }

    public required float* Output { get; init; }

    public required nint OutputStride { get; init; }

    public required float* LogSumExp { get; init; }

    public required float* OutputGradient { get; init; }

    public required float* QueryGradient { get; init; }

    public required float* KeyGradient { get; init; }

    public required float* ValueGradient { get; init; }

    /// <summary>See <see cref="CounterHash.Threshold"/>; 0 without dropout.</summary>
    public required uint Threshold { get; init; }

    /// <summary>1 / (1 - dropout).</summary>
    public required float Keep { get; init; }

    public required ulong DropoutKey { get; init; }

    /// <summary>The head that this thread computes next.</summary>
    public required AttentionNext Next { get; init; }

    /// <summary>The factor of the scores: 1 / sqrt(head size) (Vaswani et al., NeurIPS 2017, section 3.2.1).</summary>
    public float Scale => 1 / MathF.Sqrt(Size);
}
