using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Bench;

/// <summary>Requests answered plainly in TorchSharp: batches of a fixed size in the texts' order, padded to each one's longest, in inference mode.</summary>
/// <param name="workload">The requests.</param>
internal sealed class PlainInference(Workload workload) : ISideStep
{
    private readonly PlainModel _model = PlainModel.Of(workload);
    private PaddedRows[] _request = [];

    /// <inheritdoc/>
    public void Prepare(int step)
    {
        Drop();
        _request = [.. workload.Batches[step].Chunk(workload.PeerBatch).Select(part => PaddedRows.Of([.. part.Select(i => workload.Sequences[i])]))];
    }

    /// <inheritdoc/>
    public double Run()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = inference_mode();
        return cat([.. _request.Select(Answer)]).abs().mean().item<float>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Drop();
        _model.Dispose();
    }

    private Tensor Answer(PaddedRows rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = _model.Encode(rows.Ids, rows.Mask);
        Tensor answer;
        if (workload.Kind == WorkloadKind.Inference)
        {
            answer = F.softmax(_model.Classify(states), 1);
        }
        else if (rows.Mask is null)
        {
            answer = states.mean([1]);
        }
        else
        {
            Tensor real = rows.Mask.view(rows.Ids.shape[0], -1, 1).eq(0).to(float32);
            answer = states.mul(real).sum(1).div(real.sum(1));
        }

        return answer.MoveToOuterDisposeScope();
    }

    private void Drop() => Array.ForEach(_request, rows => rows.Dispose());
}
