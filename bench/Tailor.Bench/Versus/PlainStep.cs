using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Bench;

/// <summary>The same step written plainly in TorchSharp: padded to the batch's longest, stock AdamW, dropout and clipping.</summary>
internal sealed class PlainStep : ITrainStep
{
    private const float Masked = -1e9f;
    private readonly Workload _workload;
    private readonly PlainClassifier _model;
    private readonly TorchSharp.Modules.Parameter[] _parameters;
    private readonly optim.Optimizer _optimizer;
    private Tensor? _ids, _mask, _labels;

    /// <summary>Makes the model and its optimizer.</summary>
    /// <param name="workload">Sizes, weights and settings.</param>
    public PlainStep(Workload workload)
    {
        _workload = workload;
        manual_seed(workload.Seed);
        _model = new PlainClassifier(workload.Shape, workload.Classes, workload.Dropout);
        if (workload.ModelDirectory is { } directory)
        {
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(directory);
            _model.Load(name => checkpoint.Read(NameMap.Candidates("bert." + name, "bert.").First(checkpoint.Contains), ScalarType.Float32));
        }

        _parameters = _model.parameters().ToArray();
        _optimizer = optim.AdamW(_parameters, lr: workload.LearningRate, eps: 1e-8, weight_decay: 0);
    }

    /// <inheritdoc/>
    public void Prepare(int[][] sequences, int[] labels)
    {
        Drop();
        int rows = sequences.Length, longest = sequences.Max(ids => ids.Length);
        long[] padded = new long[rows * longest];
        float[] masked = new float[padded.Length];
        for (int s = 0; s < rows; s++)
        {
            for (int t = 0; t < longest; t++)
            {
                bool real = t < sequences[s].Length;
                padded[(s * longest) + t] = real ? sequences[s][t] : 0;
                masked[(s * longest) + t] = real ? 0 : Masked;
            }
        }

        _ids = tensor(padded, [rows, longest]);
        _mask = sequences.All(ids => ids.Length == longest) ? null : tensor(masked, [rows, 1, 1, longest]);
        _labels = tensor(labels.Select(label => (long)label).ToArray());
    }

    /// <inheritdoc/>
    public double Run()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = F.cross_entropy(_model.forward(_ids!, _mask), _labels!);
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
        _optimizer.Dispose();
        _model.Dispose();
    }

    private void Drop()
    {
        _ids?.Dispose();
        _mask?.Dispose();
        _labels?.Dispose();
    }
}
