namespace Tailor.Tuning;

/// <summary>An epoch of a stage: what names its random draws.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Stage">The stage, from 0.</param>
/// <param name="Epoch">The epoch within the stage, from 0.</param>
/// <param name="Epochs">Epochs of the whole stage, above 0; the last may be broken.</param>
public readonly record struct EpochPlace(long Seed, int Stage, long Epoch, double Epochs);

/// <summary>
/// The order in which an epoch draws the training examples, a pure function of their classes and of (seed, stage, epoch): nothing is carried from draw to draw, so any step of any epoch can be found again.
/// An epoch draws as many examples as there are, unless the method itself says otherwise.
/// </summary>
public abstract class Sampler
{
    /// <summary>Whether every epoch draws the same number of examples.</summary>
    public virtual bool HasFixedLength => true;

    /// <summary>Draws an epoch.</summary>
    /// <param name="place">The epoch.</param>
    /// <returns>Indices of training examples in the order of training, at least one.</returns>
    public abstract int[] Draw(EpochPlace place);

    /// <summary>A second draw of the same length whose examples join those of <see cref="Draw"/> batch by batch, with the weight of their loss beside 1; null when there is none.</summary>
    /// <param name="place">The epoch.</param>
    public virtual (int[] Examples, double Weight)? Companions(EpochPlace place) => null;

    /// <summary>Makes the sampler a stage asks for. To add a sampler: its own file, a value of <see cref="SamplerKind"/>, and a line here.</summary>
    /// <param name="stage">What the recipe says.</param>
    /// <param name="examples">The number of training examples.</param>
    /// <param name="classes">The class of each; null when they have none, and then only the random and the sequential order can be.</param>
    public static Sampler Create(StageRecipe stage, int examples, IReadOnlyList<int>? classes)
    {
        ArgumentNullException.ThrowIfNull(stage);
        IReadOnlyList<int> Classes() => classes ?? throw new ArgumentException($"The sampler {stage.Sampler} draws by class, and these examples have none.", nameof(classes));
        return stage.Sampler switch
        {
            SamplerKind.Random => new RandomSampler(examples),
            SamplerKind.Sequential => new SequentialSampler(examples),
            SamplerKind.SquareRoot => new SquareRootSampler(Classes()),
            SamplerKind.ClassBalanced => new ClassBalancedSampler(Classes()),
            SamplerKind.ClassAware => new ClassAwareSampler(Classes(), stage.SamplesPerClass),
            SamplerKind.ProgressivelyBalanced => new ProgressivelyBalancedSampler(Classes()),
            SamplerKind.EffectiveNumber => new EffectiveNumberSampler(Classes(), stage.SamplerBeta),
            SamplerKind.RepeatFactor => new RepeatFactorSampler(Classes(), stage.RepeatThreshold),
            SamplerKind.Dual => new DualSampler(Classes(), stage.SamplesPerClass, stage.InstanceWeight),
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage.Sampler, "Not a sampler."),
        };
    }
}
