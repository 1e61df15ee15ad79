using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>Masked-language modelling: the vocabulary's logits are computed at the chosen positions alone. Dev metrics: <c>loss</c> (mean cross-entropy in nats) and <c>accuracy</c>.</summary>
/// <param name="backbone">The encoder with its MLM head.</param>
/// <param name="train">Token sequences to train on.</param>
/// <param name="dev">Token sequences to score; their masks are fixed.</param>
/// <param name="maskProbability">The share of tokens chosen, in (0, 1).</param>
public sealed class MaskedLanguageTask(TextBackbone backbone, IReadOnlyList<TokenSequence> train, IReadOnlyList<TokenSequence> dev, double maskProbability) : TrainingTask
{
    private const int EvaluationTokens = 4096;

    private readonly BertMlmHead _head = backbone.MlmHead ?? throw new InputException("the checkpoint has no MLM head (cls.predictions.*); pretraining needs one");
    private readonly TokenMasking _masking = new(backbone.Tokenizer, maskProbability);
    private readonly int[] _lengths = train.Select(sequence => sequence.Ids.Length).ToArray();

    /// <summary>In what numbers encoder and MLM head compute, the decoder included.</summary>
    public Precision Precision { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => backbone.Parameters;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Lengths => _lengths;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGroup> Groups(StageRecipe stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return StagePlanner.Grouped(Parameters.Where(p => !p.Name.StartsWith(BertEncoder.PoolerPath, StringComparison.Ordinal)), stage.WeightDecay).ToArray();
    }

    /// <inheritdoc/>
    public override void Begin(StageRecipe stage, long seed, Func<string, Tensor?>? saved)
    {
        // Nothing depends on the stage.
    }

    /// <inheritdoc/>
    public override LossParts Loss(TrainingBatch batch, long seed, long pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        TokenSequence[] sequences = batch.Examples.Select(i => train[i]).ToArray();
        RandomStream random = RandomStream.For(seed, "token masking", pass);
        (Tensor logits, Tensor gold) = Masked(sequences, ref random, new DropoutPlaces(seed, pass, training: true));
        return new LossParts(F.cross_entropy(logits, gold, reduction: nn.Reduction.Sum), gold.shape[0]);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate()
    {
        double loss = 0;
        long right = 0, chosen = 0, batch = 0;
        int[] order = Enumerable.Range(0, dev.Count).OrderBy(i => dev[i].Ids.Length).ToArray();
        using PrecisionScope kept = PrecisionScope.Keep();
        foreach (int[] part in BatchPlan.ByTokens(order, dev.Select(d => d.Ids.Length).ToArray(), EvaluationTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            RandomStream random = RandomStream.For(0, "dev token masking", batch++);
            (Tensor logits, Tensor gold) = Masked(part.Select(i => dev[i]).ToArray(), ref random, DropoutPlaces.Off);
            loss += F.cross_entropy(logits, gold, reduction: nn.Reduction.Sum).item<float>();
            right += logits.argmax(1).eq(gold).sum().item<long>();
            chosen += gold.shape[0];
        }

        return chosen == 0 ? new Dictionary<string, double>() : new Dictionary<string, double> { ["loss"] = loss / chosen, ["accuracy"] = (double)right / chosen };
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter(string metric) => metric != "loss";

    private (Tensor Logits, Tensor Gold) Masked(TokenSequence[] sequences, ref RandomStream random, DropoutPlaces dropout)
    {
        var corrupted = new TokenSequence[sequences.Length];
        List<long> rows = [], gold = [];
        List<int> positions = [];
        int offset = 0;
        for (int s = 0; s < sequences.Length; s++)
        {
            TokenSequence sequence = sequences[s];
            positions.Clear();
            corrupted[s] = sequence with { Ids = _masking.Corrupt(sequence.Ids, ref random, positions) };
            foreach (int position in positions)
            {
                rows.Add(offset + position);
                gold.Add(sequence.Ids[position]);
            }

            offset += sequence.Ids.Length;
        }

        if (rows.Count == 0)
        {
            // A batch of a few short lines may choose nothing: its first ordinary position stands in, uncorrupted, so that the step has a loss.
            rows.Add(Math.Min(1, offset - 1));
            gold.Add(corrupted[0].Ids[Math.Min(1, corrupted[0].Ids.Length - 1)]);
        }

        using PrecisionScope scope = PrecisionScope.Enter(Precision);
        using PackedBatch batch = PackedBatch.Of(corrupted, backbone.Device);
        Tensor states = backbone.Encoder.Forward(batch, dropout).index_select(0, tensor(rows.ToArray(), device: backbone.Device));
        return (_head.Forward(states), tensor(gold.ToArray(), device: backbone.Device));
    }
}
