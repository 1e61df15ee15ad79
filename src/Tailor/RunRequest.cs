using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;

namespace Tailor;

/// <summary>What training and comparing are asked alike: the data, the model, and how runs go.</summary>
public abstract record RunRequest
{
    /// <summary>A folder with train, dev and test tables, or one table that is split by seed.</summary>
    public required string Data { get; init; }

    /// <summary>A Hugging Face model directory.</summary>
    public required string Model { get; init; }

    /// <summary>Changes to the recipe, such as <c>stages.0.lr=3e-5</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>A file with the classes' words for prompt recipes; null takes <c>verbalizer.json</c> of the data folder when it is there, else the class names.</summary>
    public string? Verbalizer { get; init; }

    /// <summary>A table of augmented training rows (<c>tailor augment</c>), for recipes with a stage of data augmented; null for others.</summary>
    public string? Augmented { get; init; }

    /// <summary>The folder to make.</summary>
    public required string Output { get; init; }

    /// <summary>How tables are read and split.</summary>
    public DatasetOptions DataOptions { get; init; } = new();

    /// <summary>Further sets of pictures, whose classes stand beside those of <see cref="Data"/>.</summary>
    public IReadOnlyList<string> FurtherData { get; init; } = [];

    /// <summary>How pictures are found and split, for recipes that read pictures.</summary>
    public ImageDatasetOptions ImageOptions { get; init; } = new();

    /// <summary>The most pixels of a picture, by its header, before memory is taken for it; null for the decoder's own limit.</summary>
    public long? MaxPixels { get; init; }

    /// <summary>Whether pictures that cannot be decoded are looked for before training, listed, and left out.</summary>
    public bool SkipBadImages { get; init; }

    /// <summary>Glee's head/tail threshold: the share of the scored examples that the head classes stay under, in (0, 1].</summary>
    public double Rho { get; init; } = 0.55;

    /// <summary>The bounds between classes of many, medium and few training examples.</summary>
    public ShotBounds Groups { get; init; }

    /// <summary>The device to compute on: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>; null is the CPU. Other devices than the CPU are untested.</summary>
    public string? Device { get; init; }

    /// <summary>In what numbers the backbone computes, in training and scoring; what is saved is float32 in any case.</summary>
    public Precision Precision { get; init; }

    /// <summary>Write a checkpoint every so many steps; null writes one about every minute.</summary>
    public int? CheckpointEvery { get; init; }
}
