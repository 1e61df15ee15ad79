using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>A text classifier: backbone, head and calibration as a recipe puts them together.</summary>
public sealed class TextModel : IDisposable
{
    /// <summary>Tokens in one evaluation batch; sequences of like length go together.</summary>
    private const int EvaluationTokens = 4096;

    private readonly TextBackbone _backbone;
    private readonly CalibrationRecipe? _norm;
    private readonly TemplateEncoder? _template;

    private TextModel(TextBackbone backbone, ClassificationHead head, TemplateEncoder? template, CalibrationRecipe? norm, int maxLength) =>
        (_backbone, Head, _template, _norm, MaxLength) = (backbone, head, template, norm, maxLength);

    /// <summary>The head.</summary>
    public ClassificationHead Head { get; }

    /// <summary>The backbone.</summary>
    public TextBackbone Backbone => _backbone;

    /// <summary>Longest input in tokens, special tokens included.</summary>
    public int MaxLength { get; }

    /// <summary>What the recipe's calibrations came to after training; null before.</summary>
    public FittedCalibration? Fitted { get; set; }

    /// <summary>Where the parameters live.</summary>
    public Device Device => _backbone.Device;

    /// <summary>Every parameter.</summary>
    public IReadOnlyList<Parameter> Parameters => _backbone.Parameters;

    /// <summary>Loads a pretrained or a tuned model directory and puts the recipe's head on it.</summary>
    /// <param name="directory">A Hugging Face directory; when it holds the recipe's head, that is read too.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="verbalizer">The classes' words; only a head of kind <see cref="HeadKind.Mlm"/> needs them.</param>
    /// <param name="seed">Seeds what the directory lacks.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <param name="aliases">Stored names by parameter name, when the directory is a tuned model in transformers' layout.</param>
    public static TextModel Load(string directory, Recipe recipe, int classes, Verbalizer? verbalizer, long seed, Device? device = null, IReadOnlyDictionary<string, string>? aliases = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ClassificationHead? head = null;
        TextBackbone backbone = TextBackbone.Load(directory, seed, device, built => head = ClassificationHead.Create(recipe.Head, built, classes, verbalizer), aliases);
        try
        {
            backbone.RequireLength(recipe.Input.MaxLength);
            TemplateEncoder? template = recipe.Input.Kind == InputKind.Template ? new TemplateEncoder(PromptTemplate.Parse(recipe.Input.Template), backbone.Tokenizer, recipe.Input.MaxLength) : null;
            return new TextModel(backbone, head!, template, recipe.Calibrations.Count > 0 ? recipe.Calibrations[0] : null, recipe.Input.MaxLength);
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>Tokenises an example as the recipe's input asks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text, or null.</param>
    public TokenSequence Tokenize(string text, string? pair)
    {
        if (_template is not null)
        {
            return _template.Encode(text, pair);
        }

        int[] ids = _backbone.Tokenizer.EncodeIds(text, pair, MaxLength, out int first);
        return new TokenSequence(ids, first);
    }

    /// <summary>Class logits in training, without calibration.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[sequences, classes].</returns>
    public Tensor Forward(PackedBatch batch, DropoutPlaces dropout) => Head.Forward(_backbone.Encoder.ForwardRead(batch, dropout), dropout);

    /// <summary>Class logits at evaluation, calibrated.</summary>
    /// <param name="batch">The tokens.</param>
    /// <returns>[sequences, classes].</returns>
    public Tensor Score(PackedBatch batch)
    {
        Tensor features = Features(batch), scores = Fitted?.Means?.Scores(features) ?? Head.Classify(features);
        return ScoreChange()?.Apply(scores) ?? scores;
    }

    /// <summary>The change of class scores that is in force at evaluation: what was fitted, or, before that, a norm of the weights as they are now.</summary>
    public ScoreChange? ScoreChange() => Fitted is not null ? Fitted.Change : _norm switch
    {
        { Kind: CalibrationKind.EtaNorm, Eta: double eta } => EtaNorm.Change(Head.Output!, eta),
        { Kind: CalibrationKind.TauNorm, Tau: double tau } => TauNorm.Change(Head.Output!, tau),
        _ => null,
    };

    /// <summary>What the head's last layer reads of many examples, in their order and without dropout; one forward pass.</summary>
    /// <param name="sequences">The examples, at least one.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>[examples, width].</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Tensor Features(IReadOnlyList<TokenSequence> sequences, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Tensor features = empty(sequences.Count, Head.FeatureWidth, device: Device);
        ForEachBatch(sequences, (batch, packed) =>
        {
            stop.ThrowIfCancellationRequested();
            features.index_copy_(0, tensor(batch.Select(i => (long)i).ToArray(), device: Device), Features(packed));
        });
        return features;
    }

    /// <summary>Class probabilities of many examples, in their order. Batches are made of sequences of like length.</summary>
    /// <param name="sequences">The examples.</param>
    /// <returns>[examples, classes], row-major.</returns>
    public float[] Probabilities(IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        int classes = Head.Classes;
        float[] probabilities = new float[sequences.Count * classes];
        ForEachBatch(sequences, (batch, packed) =>
        {
            using Tensor rows = F.softmax(Score(packed), 1).cpu().contiguous();
            ReadOnlySpan<float> values = rows.data<float>().ToArray();
            for (int i = 0; i < batch.Length; i++)
            {
                values.Slice(i * classes, classes).CopyTo(probabilities.AsSpan(batch[i] * classes));
            }
        });
        return probabilities;
    }

    /// <summary>Releases the parameters.</summary>
    public void Dispose() => _backbone.Dispose();

    private Tensor Features(PackedBatch batch) => Head.Features(_backbone.Encoder.ForwardRead(batch, DropoutPlaces.Off), DropoutPlaces.Off);

    private void ForEachBatch(IReadOnlyList<TokenSequence> sequences, Action<int[], PackedBatch> take)
    {
        int[] order = Enumerable.Range(0, sequences.Count).OrderBy(i => sequences[i].Ids.Length).ToArray();
        int[] lengths = sequences.Select(s => s.Ids.Length).ToArray();
        using var _ = no_grad();
        foreach (int[] batch in BatchPlan.ByTokens(order, lengths, EvaluationTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            using PackedBatch packed = PackedBatch.Of(batch.Select(i => sequences[i]).ToArray(), Device);
            take(batch, packed);
        }
    }
}
