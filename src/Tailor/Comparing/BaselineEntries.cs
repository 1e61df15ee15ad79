using Tailor.Baselines;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor;

/// <summary>The classical baselines as rows of a comparison. They share their features: terms are counted once, and the encoder reads the texts once.</summary>
public static class BaselineEntries
{
    /// <summary>The baselines are fitted with this seed alone: what is random in them hardly changes an answer.</summary>
    private const long Seed = 42;

    /// <summary>The rows of some baselines.</summary>
    /// <param name="names">Names of <see cref="BaselineCatalogue.All"/>, or <c>all</c> alone, or <c>none</c> alone.</param>
    /// <param name="model">The model directory whose encoder the probes read.</param>
    /// <param name="device">The device the encoder computes on, by name; the CPU when null.</param>
    /// <exception cref="InputException">A name is not known, or stands twice.</exception>
    public static IReadOnlyList<BaselineEntry> Of(IReadOnlyList<string> names, string model, string? device = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names is ["none"])
        {
            return [];
        }

        IBaseline[] baselines = names is ["all"] ? [.. BaselineCatalogue.All] : [.. names.Select(BaselineCatalogue.Find)];
        if (baselines.CountBy(baseline => baseline.Name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            throw new InputException($"--baselines: '{twice}' stands twice; name each once");
        }

        BaselineInput? shared = null;
        BaselineInput Input(TextDataset data) => shared?.Data == data ? shared : shared = new BaselineInput(data, Seed, Embed);
        return [.. baselines.Select(baseline => new BaselineEntry(baseline.Name, baseline.Summary, isDeterministic: true, (data, examples, _) =>
        {
            BaselineResult result = baseline.Fit(Input(data));
            bool test = ReferenceEquals(examples, data.Test);
            return new BaselinePredictions(test ? result.Test : result.Dev, (test ? result.TestProbabilities : result.DevProbabilities) ?? [], result.Parameters);
        }))];

        float[] Embed(IReadOnlyList<TextExample> examples)
        {
            using TextEmbedder embedder = TextEmbedder.Load(model, Pooling.Mean, device: device);
            return BaselineRuns.Embed(embedder, examples, embedded: null);
        }
    }
}
