using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor;

/// <summary>How a sequence's states become one vector.</summary>
public enum Pooling
{
    /// <summary>The last state of [CLS].</summary>
    Cls,

    /// <summary>The mean of the last states of all tokens.</summary>
    Mean,

    /// <summary>BERT's pooler on [CLS].</summary>
    Pooler,
}

/// <summary>Turns texts into the features of a pretrained encoder.</summary>
public sealed class TextEmbedder : IDisposable
{
    private const int UsualLength = 256;

    private readonly TextBackbone _backbone;
    private readonly Pooling _pooling;
    private readonly int _maxLength;
    private readonly Precision _precision;
    private readonly HalfWeights _halfWeights = new();

    private TextEmbedder(TextBackbone backbone, Pooling pooling, int maxLength, Precision precision) => (_backbone, _pooling, _maxLength, _precision) = (backbone, pooling, maxLength, precision);

    /// <summary>Width of a feature vector.</summary>
    public int Width => _backbone.Config.HiddenSize;

    /// <summary>Loads an encoder.</summary>
    /// <param name="directory">A Hugging Face directory.</param>
    /// <param name="pooling">How states become one vector.</param>
    /// <param name="maxLength">Tokens kept of a text; 256, or as many as the encoder has positions for, when null.</param>
    /// <param name="device">The device to compute on, by name; the CPU when null.</param>
    /// <param name="precision">In what numbers the encoder computes.</param>
    /// <exception cref="InputException">The directory is damaged, has no pooler though one is asked for, or fewer positions than <paramref name="maxLength"/>; or the precision does not pay on this machine.</exception>
    public static TextEmbedder Load(string directory, Pooling pooling, int? maxLength = null, string? device = null, Precision precision = Precision.Fp32)
    {
        Libtorch.Load();
        Device place = ComputeDevice.Find(device);
        MixedPrecision.Require(precision, place);
        TextBackbone backbone = TextBackbone.Load(directory, seed: 0, place);
        try
        {
            if (pooling == Pooling.Pooler && !backbone.Encoder.HasPooler)
            {
                throw new InputException($"{directory}: the checkpoint has no pooler; use --pooling cls or mean");
            }

            int length = maxLength ?? Math.Min(UsualLength, backbone.Config.MaxPositions);
            backbone.RequireLength(length);
            return new TextEmbedder(backbone, pooling, length, precision);
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>The features of texts, in their order.</summary>
    /// <param name="texts">Texts, each with its pair or null.</param>
    /// <param name="done">Told how many texts are done, or null.</param>
    /// <returns>[texts, <see cref="Width"/>], float32 on the CPU; the caller disposes it.</returns>
    public Tensor Embed(IReadOnlyList<(string Text, string? Pair)> texts, Action<int>? done = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        TokenSequence[] sequences = texts.Select(t => new TokenSequence(_backbone.Tokenizer.EncodeIds(t.Text, t.Pair, _maxLength, out int first), first)).ToArray();
        int[] lengths = sequences.Select(s => s.Ids.Length).ToArray();
        using var _ = no_grad();
        using PrecisionScope kept = PrecisionScope.Keep(_halfWeights), pass = PrecisionScope.Enter(_precision);
        Tensor features = zeros(sequences.Length, Width);
        int count = 0;
        foreach (int[] batch in BatchPlan.Evaluation(lengths))
        {
            using DisposeScope scope = NewDisposeScope();
            using PackedBatch packed = PackedBatch.Of(batch.Select(i => sequences[i]).ToArray(), _backbone.Device);
            features.index_copy_(0, tensor(batch.Select(i => (long)i).ToArray()), Pool(packed).cpu());
            done?.Invoke(count += batch.Length);
        }

        return features;
    }

    /// <summary>Releases the encoder.</summary>
    public void Dispose()
    {
        _halfWeights.Dispose();
        _backbone.Dispose();
    }

    private Tensor Pool(PackedBatch batch)
    {
        BertEncoder encoder = _backbone.Encoder;
        if (_pooling != Pooling.Mean)
        {
            Tensor first = encoder.ForwardRead(batch, DropoutPlaces.Off);
            return _pooling == Pooling.Pooler ? encoder.Pool(first) : first;
        }

        Tensor states = encoder.Forward(batch, DropoutPlaces.Off);
        Tensor[] means = Enumerable.Range(0, batch.Sequences).Select(s => states.narrow(0, batch.Offsets[s], batch.Offsets[s + 1] - batch.Offsets[s]).mean([0])).ToArray();
        return stack(means);
    }
}
