using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Bench;

/// <summary>A training step written plainly in TorchSharp: padded to the batch's longest, stock AdamW, dropout and clipping. Masked-language logits are of all positions, as transformers computes them.</summary>
internal sealed class PlainStep : ISideStep
{
    private const long Ignored = -100;
    private readonly Workload _workload;
    private readonly PlainModel _model;
    private readonly TorchSharp.Modules.Parameter[] _parameters;
    private readonly optim.Optimizer _optimizer;
    private readonly Tensor? _labelTokens, _labelShares;
    private PaddedRows? _rows;
    private Tensor? _gold, _readAt;

    /// <summary>Makes the model and its optimizer.</summary>
    /// <param name="workload">Sizes, weights and settings.</param>
    public PlainStep(Workload workload)
    {
        (_workload, _model) = (workload, PlainModel.Of(workload));
        _parameters = _model.parameters().ToArray();
        _optimizer = optim.AdamW(_parameters, lr: workload.LearningRate, eps: 1e-8, weight_decay: 0);
        if (workload.Kind == WorkloadKind.Prompt)
        {
            long[] tokens = [.. workload.LabelTokens!.SelectMany(ids => ids).Distinct().Order().Select(id => (long)id)];
            float[,] shares = new float[tokens.Length, workload.Classes];
            for (int c = 0; c < workload.Classes; c++)
            {
                foreach (int token in workload.LabelTokens![c])
                {
                    shares[Array.BinarySearch(tokens, token), c] += 1f / workload.LabelTokens[c].Length;
                }
            }

            (_labelTokens, _labelShares) = (tensor(tokens), tensor(shares));
        }
    }

    /// <inheritdoc/>
    public void Prepare(int step)
    {
        Drop();
        int[] batch = _workload.Batches[step];
        _rows = PaddedRows.Of([.. batch.Select(i => (_workload.Corrupted ?? _workload.Sequences)[i])]);
        if (_workload.Kind == WorkloadKind.MaskedLanguage)
        {
            int longest = (int)_rows.Ids.shape[1];
            long[] gold = new long[batch.Length * longest];
            Array.Fill(gold, Ignored);
            for (int s = 0; s < batch.Length; s++)
            {
                foreach (int position in _workload.Chosen![batch[s]])
                {
                    gold[(s * longest) + position] = _workload.Sequences[batch[s]][position];
                }
            }

            _gold = tensor(gold);
        }
        else
        {
            _gold = tensor(batch.Select(i => (long)_workload.Labels[i]).ToArray());
            _readAt = _workload.ReadAt is { } places ? tensor(batch.Select((i, s) => (s * _rows.Ids.shape[1]) + places[i]).ToArray()) : null;
        }
    }

    /// <inheritdoc/>
    public double Run()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = _model.Encode(_rows!.Ids, _rows.Mask);
        Tensor logits = _workload.Kind switch
        {
            WorkloadKind.Prompt => _model.Words(states.view(-1, states.shape[2]).index_select(0, _readAt!), _labelTokens).matmul(_labelShares!),
            WorkloadKind.MaskedLanguage => _model.Words(states.view(-1, states.shape[2])),
            _ => _model.Classify(states),
        };
        Tensor loss = F.cross_entropy(logits, _gold!, ignore_index: Ignored);
        loss.backward();
        nn.utils.clip_grad_norm_(_parameters, _workload.Clip);
        _optimizer.step();
        _optimizer.zero_grad();
        return loss.item<float>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Drop();
        _labelTokens?.Dispose();
        _labelShares?.Dispose();
        _optimizer.Dispose();
        _model.Dispose();
    }

    private void Drop()
    {
        _rows?.Dispose();
        _gold?.Dispose();
        _readAt?.Dispose();
    }
}
