namespace Tailor.Bench;

/// <summary>What a step of a workload does.</summary>
internal enum WorkloadKind
{
    /// <summary>A training step of a classifier with a tanh head.</summary>
    Train,

    /// <summary>A training step of prompt-tuning: the masked language model's head reads the classes' words at a mask.</summary>
    Prompt,

    /// <summary>A training step of masked-language modelling.</summary>
    MaskedLanguage,

    /// <summary>Class probabilities of a request's texts, in their order.</summary>
    Inference,

    /// <summary>The mean state of each text of a request, in their order.</summary>
    Embedding,
}

/// <summary>What follows from a kind.</summary>
internal static class WorkloadKinds
{
    /// <summary>Whether its steps train.</summary>
    public static bool Trains(this WorkloadKind kind) => kind is WorkloadKind.Train or WorkloadKind.Prompt or WorkloadKind.MaskedLanguage;
}
