using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// ChildTuning-D (Xu et al., EMNLP 2021): of the encoder layers' weights only those with the largest Fisher information train, the sum over one pass of the training set of each batch's squared gradient,
/// the norm of each tensor's gradient clipped to 1 before. Embeddings and head train wholly, as in the published code.
/// </summary>
internal sealed class ChildTuning : IDisposable
{
    private readonly Dictionary<Parameter, Tensor> _masks;

    private ChildTuning(Dictionary<Parameter, Tensor> masks) => _masks = masks;

    /// <summary>The masks, for the checkpoint.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => _masks.Select(mask => new KeyValuePair<string, Tensor>(Name(mask.Key), mask.Value));

    /// <summary>Measures the Fisher information at the weights as they are, and chooses.</summary>
    public static ChildTuning Choose(ClassificationTask task, ClassifierModel model, StageRecipe stage, double share, long seed)
    {
        Parameter[] parameters = Masked(model);
        var fisher = parameters.ToDictionary(p => p, p => zeros_like(p.Value).DetachFromDisposeScope());
        try
        {
            long pass = -1;
            foreach (TrainingBatch batch in BatchPlan.Epoch(new SequentialSampler(task.Lengths.Count), new EpochPlace(seed, 0, 0, 1), task.Lengths, stage.BatchSize, stage.TokensPerBatch))
            {
                using DisposeScope scope = NewDisposeScope();
                LossParts loss = task.Loss(batch, seed, pass--);
                loss.Numerator.div(LastingScalar.Of(loss.Denominator)).backward();
                Gather(task.Parameters, fisher);
            }

            double threshold = Threshold(fisher.Values, share);
            return new ChildTuning(parameters.ToDictionary(p => p, p => fisher[p].ge(LastingScalar.Of(threshold)).DetachFromDisposeScope()));
        }
        finally
        {
            foreach (Tensor sum in fisher.Values)
            {
                sum.Dispose();
            }
        }
    }

    /// <summary>The masks of a checkpoint.</summary>
    /// <exception cref="InputException">The checkpoint lacks one.</exception>
    public static ChildTuning Restore(ClassifierModel model, Func<string, Tensor?> saved) => new(Masked(model).ToDictionary(
        p => p, p => (saved(Name(p)) ?? throw new InputException($"the checkpoint has no '{Name(p)}'; the run cannot be continued, start it again")).to(ScalarType.Bool).DetachFromDisposeScope()));

    /// <summary>Sets the gradients of the weights outside the child network to zero.</summary>
    public void Mask()
    {
        using var _ = no_grad();
        foreach ((Parameter parameter, Tensor mask) in _masks)
        {
            parameter.Value.grad?.mul_(mask);
        }
    }

    public void Dispose()
    {
        foreach (Tensor mask in _masks.Values)
        {
            mask.Dispose();
        }
    }

    private static string Name(Parameter parameter) => "child." + parameter.Name;

    private static Parameter[] Masked(ClassifierModel model) =>
        [.. model.Sites.Layers.SelectMany(layer => layer.Linears.SelectMany(linear => new[] { linear.Weight, linear.Bias! }).Concat(layer.Norms.SelectMany(norm => new[] { norm.Weight, norm.Bias })))];

    private static void Gather(IReadOnlyList<Parameter> all, Dictionary<Parameter, Tensor> fisher)
    {
        using var _ = no_grad();
        foreach (Parameter parameter in all)
        {
            if (parameter.Value.grad is { } gradient)
            {
                if (fisher.TryGetValue(parameter, out Tensor? sum))
                {
                    double norm = gradient.norm().item<float>();
                    sum.addcmul_(gradient, gradient, LastingScalar.Of(norm > 1 ? 1 / (norm * norm) : 1));
                }

                gradient.zero_();
            }

            parameter.Rows?.Clear();
        }
    }

    /// <summary>The value that this share of all entries reaches or exceeds.</summary>
    private static double Threshold(IEnumerable<Tensor> fisher, double share)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = cat([.. fisher.Select(sum => sum.flatten())]);
        long rank = Math.Max(1, (long)Math.Ceiling((1 - share) * all.numel()));
        return all.kthvalue(rank, 0).values.item<float>();
    }
}
