using System.Text.Json.Nodes;
using Tailor.Baselines;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;
using TorchSharp;

namespace Tailor;

/// <summary>Runs baselines on a data set. The texts are turned into terms once, and into embeddings once, for all baselines that read them.</summary>
public sealed class BaselineRuns : IDisposable
{
    private readonly TextDataset _data;
    private readonly BaselineOptions _options;
    private readonly BaselineInput _input;
    private readonly TextEmbedder? _embedder;

    /// <summary>Prepares runs: the model is loaded where one is given, nothing is computed yet.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="options">The settings.</param>
    /// <param name="embedded">Told how many texts the encoder has read, and how many there are; or null.</param>
    /// <exception cref="InputException">The model cannot be loaded or has too few positions.</exception>
    public BaselineRuns(TextDataset data, BaselineOptions options, Action<int, int>? embedded = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        (_data, _options) = (data, options);
        _embedder = options.Model is null ? null : TextEmbedder.Load(options.Model, Pooling.Mean, options.MaxLength, options.Device);
        _input = new BaselineInput(data, options.Seed, _embedder is null ? null : examples => Embed(_embedder, examples, embedded));
    }

    /// <summary>Runs a baseline.</summary>
    /// <param name="name">One of <see cref="BaselineCatalogue.All"/>.</param>
    /// <param name="output">The folder to make, with <c>predictions.jsonl</c> and, written last, <c>result.json</c>, as a finished training run has them; null writes nothing.</param>
    /// <param name="stop">Stops a baseline that can be stopped.</param>
    /// <exception cref="InputException">There is no such baseline, it needs a model, or the folder is not free.</exception>
    public BaselineRun Run(string name, string? output = null, CancellationToken stop = default)
    {
        IBaseline baseline = BaselineCatalogue.Find(name);
        if (output is not null)
        {
            RunFolder.RequireFree(output);
        }

        BaselineResult result = baseline.Fit(_input, stop);
        EvaluationReport? dev = Score(_data.Dev, result.Dev, result.DevProbabilities), test = Score(_data.Test, result.Test, result.TestProbabilities);
        var run = new BaselineRun(result, test ?? dev, test is null ? "dev" : "test", dev);
        if (output is not null)
        {
            Write(RunFolder.Create(output), run);
        }

        return run;
    }

    /// <summary>Releases the model.</summary>
    public void Dispose() => _embedder?.Dispose();

    private EvaluationReport? Score(IReadOnlyList<TextExample> examples, int[] predicted, float[]? probabilities) => examples.Count == 0
        ? null
        : EvaluationReport.Of(_data.Labels.Names, _data.LabelIds(examples), predicted, probabilities, _data.TrainCounts, _options.Rho, _options.Groups);

    private void Write(RunFolder folder, BaselineRun run)
    {
        BaselineResult result = run.Result;
        if (run.Test is not null)
        {
            (SplitPart part, int[] predicted, float[]? probabilities) = run.ScoredSplit == "test"
                ? (SplitPart.Test, result.Test, result.TestProbabilities)
                : (SplitPart.Dev, result.Dev, result.DevProbabilities);
            folder.Write(() => RunEnding.WritePredictions(folder, _data, part, predicted, probabilities ?? []));
        }

        JsonObject content = run.ToJson();
        content["data_fingerprint"] = _data.Fingerprint;
        content["seed"] = _options.Seed;
        content["rho"] = _options.Rho;
        content["groups"] = ShotBoundsName.Of(_options.Groups);
        content["model"] = BaselineCatalogue.Find(result.Name).NeedsEncoder ? Path.GetFullPath(_options.Model!) : null;
        folder.Write(folder.Result, content);
    }

    internal static float[] Embed(TextEmbedder embedder, IReadOnlyList<TextExample> examples, Action<int, int>? embedded)
    {
        using torch.Tensor features = embedder.Embed([.. examples.Select(example => (example.Text, example.Pair))], done => embedded?.Invoke(done, examples.Count));
        return features.data<float>().ToArray();
    }
}
