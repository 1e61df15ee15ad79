using Tailor.Engine;

namespace Tailor;

/// <summary>What supervised training of a new image encoder is asked to do.</summary>
public sealed record ImagePretrainRequest
{
    /// <summary>Sets of labelled pictures; the classes of several stand side by side.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    /// <summary>The folder to make: <c>initial/</c> with the new encoder, and <c>run/</c>, an ordinary run whose <c>model/</c> is the result.</summary>
    public required string Output { get; init; }

    /// <summary>Blocks of the encoder.</summary>
    public int Layers { get; init; } = 6;

    /// <summary>Its width; a multiple of <see cref="Heads"/>.</summary>
    public int HiddenSize { get; init; } = 144;

    /// <summary>Its attention heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Its feed-forward width; 4 times <see cref="HiddenSize"/> when null.</summary>
    public int? IntermediateSize { get; init; }

    /// <summary>Height and width of the pictures it reads, in pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public int ImageSize { get; init; } = 32;

    /// <summary>Height and width of a patch, in pixels.</summary>
    public int PatchSize { get; init; } = 4;

    /// <summary>Changes to the recipe <c>vit-pretraining</c>, such as <c>stages.0.epochs=10</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Seeds everything random in the run.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The device to compute on; null is the CPU.</summary>
    public string? Device { get; init; }

    /// <summary>In what numbers the encoder computes; what is saved is float32 in any case.</summary>
    public Precision Precision { get; init; }

    /// <summary>Write a checkpoint every so many steps; null writes one about every minute.</summary>
    public int? CheckpointEvery { get; init; }
}
