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
    private readonly TemplateEncoder? _template;
    private readonly Func<TextModel> _pristine;

    private TextModel(TextBackbone backbone, ClassificationHead head, Adapter? adapter, Recipe recipe, Func<TextModel> pristine)
    {
        (_backbone, Head, Adapter, AdapterStands, Recipe, _pristine) = (backbone, head, adapter, adapter is not null, recipe, pristine);
        _template = recipe.Input.Kind == InputKind.Template ? new TemplateEncoder(PromptTemplate.Parse(recipe.Input.Template), backbone.Tokenizer, MaxLength) : null;
    }

    /// <summary>The head.</summary>
    public ClassificationHead Head { get; }

    /// <summary>The adapter of the recipe, or null.</summary>
    public Adapter? Adapter { get; }

    /// <summary>Whether the adapter takes part at the moment; a stage may have taken it away.</summary>
    public bool AdapterStands { get; private set; }

    /// <summary>The backbone.</summary>
    public TextBackbone Backbone => _backbone;

    /// <summary>The recipe that put it together.</summary>
    public Recipe Recipe { get; }

    /// <summary>The model directory it was loaded from.</summary>
    public string Source { get; private init; } = "";

    /// <summary>Longest input in tokens, special tokens included.</summary>
    public int MaxLength => Recipe.Input.MaxLength;

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
        Adapter? adapter = null;
        void Declare(TextBackbone built)
        {
            head = ClassificationHead.Create(recipe.Head, built, classes, verbalizer);
            adapter = Adapter.Create(recipe.Adapter.For(classes, built.Config.Layers), built);
        }

        string[] tokens = recipe.Input.Kind == InputKind.Template ? [.. PromptTemplate.Parse(recipe.Input.Template).SoftTokens] : [];
        TextBackbone backbone = TextBackbone.Load(directory, seed, device, Declare, aliases, tokens);
        try
        {
            backbone.RequireLength(recipe.Input.MaxLength, adapter?.Positions ?? 0);
            return new TextModel(backbone, head!, adapter, recipe, () => Load(directory, recipe, classes, verbalizer, seed, device, aliases)) { Source = directory };
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>The model as it was loaded, a second time: what a stage puts back, or draws weights towards.</summary>
    public TextModel Pristine() => _pristine();

    /// <summary>Puts the pretrained backbone, the head's first weights, or both, back.</summary>
    /// <param name="backbone">The backbone's weights.</param>
    /// <param name="head">The head's weights.</param>
    public void Restart(bool backbone, bool head)
    {
        if (!backbone && !head)
        {
            return;
        }

        var heads = Head.Parameters.ToHashSet();
        var added = (Adapter?.Parameters ?? []).ToHashSet();
        using TextModel pristine = Pristine();
        var start = pristine.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        using var _ = no_grad();
        foreach (Parameter parameter in Parameters.Where(p => !added.Contains(p) && (heads.Contains(p) ? head : backbone)))
        {
            parameter.Value.copy_(start[parameter.Name].Value);
        }
    }

    /// <summary>Folds the adapter into the backbone's weights and takes it away.</summary>
    public void MergeAdapter()
    {
        using var _ = no_grad();
        foreach (Linear linear in Adapter?.Linears ?? [])
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor weight, Tensor? bias) = linear.Adapter!.Merged(linear);
            linear.Weight.Value.copy_(weight);
            linear.Bias?.Value.copy_(bias!);
        }

        SetAdapter(stands: false);
    }

    /// <summary>Sets the adapter on the backbone or takes it away.</summary>
    /// <param name="stands">Whether it takes part from now on.</param>
    public void SetAdapter(bool stands)
    {
        if (stands)
        {
            Adapter?.Attach();
        }
        else
        {
            Adapter?.Detach();
        }

        AdapterStands = stands && Adapter is not null;
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
    public Tensor Forward(PackedBatch batch, DropoutPlaces dropout) => Head.Forward(ReadStates(batch, dropout), dropout);

    /// <summary>Class logits at evaluation, calibrated.</summary>
    /// <param name="batch">The tokens.</param>
    /// <returns>[sequences, classes].</returns>
    public Tensor Score(PackedBatch batch)
    {
        Tensor features = Features(batch), scores = Fitted?.Means?.Scores(features) ?? Head.Classify(features);
        return ScoreChange()?.Apply(scores) ?? scores;
    }

    /// <summary>The change of class scores that is in force at evaluation: what was fitted, or, before that, a norm of the weights as they are now.</summary>
    public ScoreChange? ScoreChange() => Fitted is not null ? Fitted.Change : (Recipe.Calibrations.Count > 0 ? Recipe.Calibrations[0] : null) switch
    {
        { Kind: CalibrationKind.EtaNorm, Eta: double eta } => EtaNorm.Change(Head, eta),
        { Kind: CalibrationKind.TauNorm, Tau: double tau } => TauNorm.Change(Head, tau),
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

    /// <summary>The numbers that a model of one output predicts for many examples, in their order.</summary>
    /// <param name="sequences">The examples.</param>
    /// <returns>[examples].</returns>
    public float[] Values(IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        float[] values = new float[sequences.Count];
        ForEachBatch(sequences, (batch, packed) =>
        {
            float[] predicted = Score(packed).squeeze(1).cpu().data<float>().ToArray();
            for (int i = 0; i < batch.Length; i++)
            {
                values[batch[i]] = predicted[i];
            }
        });
        return values;
    }

    /// <summary>What the head reads of many examples, in their order and without dropout: the encoder's last state at the read position.</summary>
    /// <param name="sequences">The examples, at least one.</param>
    /// <returns>[examples, hidden]; the caller disposes it.</returns>
    public Tensor States(IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Tensor states = empty(sequences.Count, _backbone.Config.HiddenSize, device: Device);
        ForEachBatch(sequences, (batch, packed) => states.index_copy_(0, tensor(batch.Select(i => (long)i).ToArray(), device: Device), ReadStates(packed, DropoutPlaces.Off)));
        return states;
    }

    /// <summary>Releases the parameters.</summary>
    public void Dispose() => _backbone.Dispose();

    private Tensor ReadStates(PackedBatch batch, DropoutPlaces dropout)
    {
        if (AdapterStands)
        {
            Adapter!.Begin(dropout);
        }

        return _backbone.Encoder.ForwardRead(batch, dropout);
    }

    private Tensor Features(PackedBatch batch) => Head.Features(ReadStates(batch, DropoutPlaces.Off), DropoutPlaces.Off);

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
