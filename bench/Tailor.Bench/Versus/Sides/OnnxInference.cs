using Tailor.Onnx;
using Tailor.Tuning;

namespace Tailor.Bench;

/// <summary>Requests to the classifier that <c>tailor export</c> makes: batched by length as Tailor's own, padded, computed by ONNX Runtime.</summary>
internal sealed class OnnxInference : ISideStep
{
    private readonly Workload _workload;
    private readonly OnnxTextModel _model;
    private TextSet? _request;

    /// <summary>Exports the model of a workload and loads the graph.</summary>
    /// <param name="workload">The requests.</param>
    /// <param name="numbers">What the graph computes in.</param>
    public OnnxInference(Workload workload, OnnxNumbers numbers)
    {
        _workload = workload;
        Recipe recipe = workload.Recipe("cls-tanh");
        string[] labels = [.. Enumerable.Range(0, workload.Classes).Select(c => $"class {c}")];
        string folder = Directory.CreateTempSubdirectory("tailor-bench-").FullName;
        try
        {
            using (TextModel model = TextModel.Load(workload.Directory, recipe, workload.Classes, null, workload.Seed))
            {
                OnnxExport.Write(new TunedModel(recipe, labels, [.. labels.Select(_ => 1)], 0.5), model, folder, numbers);
            }

            _model = OnnxTextModel.Load(folder, workload.Threads).Model;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Prepare(int step) => _request = _workload.ToTextSet(_workload.Batches[step]);

    /// <inheritdoc/>
    public double Run() => _model.Probabilities(_request!).Average();

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}
