using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// The noise of clouded logits (Li et al., CVPR 2022): ε ~ N(0, (1/3)²) clipped to [-1, 1], one for every example and class. While training it is a pure function of (seed, pass, place in the batch, class); at evaluation there
/// is none.
/// </summary>
public sealed class LogitNoise
{
    private const double Deviation = 1.0 / 3;

    private readonly (long Seed, long Pass)? _drawn;
    private readonly Tensor? _given;
    private readonly long _first;

    private LogitNoise((long Seed, long Pass)? drawn, Tensor? given, long first) => (_drawn, _given, _first) = (drawn, given, first);

    /// <summary>No noise.</summary>
    public static LogitNoise Off { get; } = new(null, null, 0);

    /// <summary>The noise of a training pass.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="pass">The forward pass within the run.</param>
    public static LogitNoise Of(long seed, long pass) => new((seed, pass), null, 0);

    /// <summary>Noise that is given, for tests and figures of a reference.</summary>
    /// <param name="values">ε, [examples, classes].</param>
    public static LogitNoise Of(Tensor values) => new(null, values, 0);

    /// <summary>The same noise without that of the first examples.</summary>
    /// <param name="example">The first example that is left.</param>
    public LogitNoise From(long example) => new(_drawn, _given, _first + example);

    /// <summary>|ε| of the first examples.</summary>
    /// <param name="examples">How many.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>[examples, classes] in [0, 1], float64 on the CPU or as it was given; null without noise.</returns>
    public Tensor? Magnitudes(long examples, long classes)
    {
        if (_given is not null)
        {
            return _given.narrow(0, _first, examples).abs();
        }

        if (_drawn is not var (seed, pass))
        {
            return null;
        }

        double[] values = new double[examples * classes];
        for (long i = 0; i < examples; i++)
        {
            RandomStream stream = RandomStream.For(seed, "clouded logits", pass, _first + i);
            for (long c = 0; c < classes; c++)
            {
                values[(i * classes) + c] = Math.Min(1, Math.Abs(Deviation * stream.NextGaussian()));
            }
        }

        return tensor(values, [examples, classes]);
    }
}
