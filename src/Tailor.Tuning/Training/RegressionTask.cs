using Tailor.Engine;
using Tailor.Evaluation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Numbers: a <see cref="ClassifierModel"/> with one output, trained on the squared difference (GLUE's STS-B; Devlin et al., 2019).</summary>
/// <param name="model">The model; its head has one class.</param>
/// <param name="train">The training examples with their numbers.</param>
/// <param name="dev">The dev examples with their numbers; may be none.</param>
/// <param name="labels">The one label's name.</param>
public sealed class RegressionTask(ClassifierModel model, LabelledExamples train, LabelledExamples dev, IReadOnlyList<string> labels) : ClassificationTask(model, train, dev, labels, [train.Examples.Count], rho: 1)
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate()
    {
        if (Dev.Examples.Count < 2)
        {
            return new Dictionary<string, double>();
        }

        RegressionReport report = RegressionReport.Of(Dev.Values!, Model.Values(Dev.Examples));
        return RegressionReport.MetricNames.Select(name => (Name: name, Value: report.Of(name))).Where(m => m.Value is not null).ToDictionary(m => m.Name, m => m.Value!.Value, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter(string metric) => RegressionReport.HigherIsBetter(metric);

    private protected override void Prepare(LossRecipe loss, IReadOnlyList<int> counts)
    {
    }

    private protected override LossParts LossOf(Tensor logits, TrainingBatch batch, LogitNoise noise)
    {
        Tensor values = tensor(batch.Examples.Select(i => Train.Values![i]).ToArray(), device: logits.device);
        return new LossParts(logits.squeeze(1).sub(values).pow(LastingScalar.Of(2)).sum(), batch.Examples.Length);
    }
}
