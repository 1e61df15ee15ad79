using System.Text.Json.Serialization;
using Tailor.Engine;
using Tailor.Tuning;

namespace Tailor;

/// <summary>What a pretraining run is asked to do.</summary>
public sealed record PretrainRequest
{
    /// <summary>UTF-8 text files, one document or sentence a line.</summary>
    public required IReadOnlyList<string> Texts { get; init; }

    /// <summary>The run folder to make.</summary>
    public required string Output { get; init; }

    /// <summary>A Hugging Face directory with an MLM head to continue from; null makes a new encoder.</summary>
    public string? Model { get; init; }

    /// <summary>A <c>vocab.txt</c> for a new encoder; null trains one on the texts.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>Tokens of the vocabulary that is trained.</summary>
    public int VocabularySize { get; init; } = 8000;

    /// <summary>Whether the tokenizer lower-cases (and so strips accents).</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Layers of a new encoder.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Width of a new encoder; a multiple of <see cref="Heads"/>.</summary>
    public int HiddenSize { get; init; } = 128;

    /// <summary>Attention heads of a new encoder.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Feed-forward width of a new encoder; 4 times <see cref="HiddenSize"/> when null.</summary>
    public int? IntermediateSize { get; init; }

    /// <summary>Longest sequence in tokens; longer lines are cut into several.</summary>
    public int MaxLength { get; init; } = 128;

    /// <summary>The share of lines held out to score on, in [0, 1).</summary>
    public double DevShare { get; init; } = 0.02;

    /// <summary>The share of tokens chosen for prediction, in (0, 1).</summary>
    public double MaskProbability { get; init; } = 0.15;

    /// <summary>Steps or epochs, learning rate, schedule; its metric is <c>loss</c>.</summary>
    public StageRecipe Stage { get; init; } = new() { Epochs = 3, BatchSize = 64, Lr = 5e-4, WeightDecay = 0.01, Metric = "loss", Loss = new LossRecipe() };

    /// <summary>Seeds everything random in the run.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The device to compute on: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> or <c>mps</c>; null is the CPU. Other devices than the CPU are untested.</summary>
    public string? Device { get; init; }

    /// <summary>In what numbers the encoder computes; what is saved is float32 in any case.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
    public Precision Precision { get; init; }

    /// <summary>Write a checkpoint every so many steps; null writes one about every minute.</summary>
    public int? CheckpointEvery { get; init; }
}

/// <summary>What a pretraining run came to.</summary>
/// <param name="Folder">The run folder; its <c>model/</c> is a Hugging Face directory.</param>
/// <param name="Stopped">True when it was stopped before its end.</param>
/// <param name="BestLoss">The best dev loss in nats, or null when nothing was scored.</param>
/// <param name="BestStep">Its step.</param>
public sealed record PretrainResult(string Folder, bool Stopped, double? BestLoss, long BestStep);
