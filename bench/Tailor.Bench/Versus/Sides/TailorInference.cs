using Tailor.Engine;
using Tailor.Tuning;

namespace Tailor.Bench;

/// <summary>Requests to Tailor's classifier: all texts of one at once, which it batches by length, answers in their order.</summary>
/// <param name="workload">The requests.</param>
/// <param name="precision">In what numbers the backbone computes.</param>
internal sealed class TailorInference(Workload workload, Precision precision) : ISideStep
{
    private readonly TextModel _model = Loaded(workload, precision);
    private TextSet? _request;

    /// <inheritdoc/>
    public void Prepare(int step) => _request = workload.ToTextSet(workload.Batches[step]);

    /// <inheritdoc/>
    public double Run() => _model.Probabilities(_request!).Average();

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static TextModel Loaded(Workload workload, Precision precision)
    {
        TextModel model = TextModel.Load(workload.Directory, workload.Recipe("cls-tanh"), workload.Classes, null, workload.Seed);
        model.Precision = precision;
        model.Settle();
        return model;
    }
}
