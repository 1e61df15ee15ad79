using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>A classifier of texts.</summary>
public sealed class TextModel : ClassifierModel, ITextScorer
{
    private static readonly Dictionary<string, string> TransformersNames = new(StringComparer.Ordinal)
    {
        [ClsHead.DensePath + ".weight"] = BertEncoder.PoolerPath + ".weight",
        [ClsHead.DensePath + ".bias"] = BertEncoder.PoolerPath + ".bias",
        [ClsHead.OutputPath + ".weight"] = "classifier.weight",
        [ClsHead.OutputPath + ".bias"] = "classifier.bias",
    };

    private readonly TextBackbone _backbone;
    private readonly Func<TextModel> _pristine;

    private TextModel(TextBackbone backbone, ClassificationHead head, Adapter? adapter, Recipe recipe, Func<TextModel> pristine)
        : base(backbone.Build, head, adapter, recipe)
    {
        (_backbone, _pristine) = (backbone, pristine);
        Input = new TextInput(recipe.Input, backbone.Tokenizer);
    }

    /// <summary>The backbone.</summary>
    public TextBackbone Backbone => _backbone;

    /// <summary>How a text becomes tokens.</summary>
    public TextInput Input { get; }

    /// <inheritdoc/>
    public override EncoderSites Sites => _backbone.Encoder.Sites;

    /// <inheritdoc/>
    public override int HiddenSize => _backbone.Config.HiddenSize;

    /// <inheritdoc/>
    public override bool HasDropout => _backbone.Config is { HiddenDropout: > 0 } or { AttentionDropout: > 0 };

    /// <summary>Loads a pretrained or a tuned model directory and puts the recipe's head on it.</summary>
    /// <param name="directory">A Hugging Face directory; when it holds the recipe's head, that is read too.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="verbalizer">The classes' words; only a head of kind <see cref="HeadKind.Mlm"/> needs them.</param>
    /// <param name="seed">Seeds what the directory lacks.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <param name="tuned">Whether <see cref="TunedModel"/> wrote the directory, where a head that transformers has bears its names.</param>
    public static TextModel Load(string directory, Recipe recipe, int classes, Verbalizer? verbalizer, long seed, Device? device = null, bool tuned = false)
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
        TextBackbone backbone = TextBackbone.Load(directory, seed, device, Declare, tuned ? Names(recipe) : null, tokens);
        try
        {
            backbone.RequireLength(recipe.Input.MaxLength, adapter?.Positions ?? 0);
            return new TextModel(backbone, head!, adapter, recipe, () => Load(directory, recipe, classes, verbalizer, seed, device, tuned)) { Source = directory };
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override ClassifierModel Pristine() => _pristine();

    /// <inheritdoc/>
    public float[] Probabilities(IReadOnlyList<(string Text, string? Pair)> texts) => Probabilities(Input.Tokenize(texts));

    /// <inheritdoc/>
    public float[] Values(IReadOnlyList<(string Text, string? Pair)> texts) => Values(Input.Tokenize(texts));

    internal override IReadOnlyDictionary<string, string> StandardNames => Names(Recipe);

    internal override JsonObject Config() =>
        _backbone.Config.ToJson(Recipe.Head.Kind == HeadKind.Mlm ? "BertForMaskedLM" : StandardNames.Count > 0 ? "BertForSequenceClassification" : "BertModel");

    internal override void SaveInput(string directory) => _backbone.Tokenizer.Save(directory);

    /// <summary>A tanh head on plain text is the pooler and classifier of <c>BertForSequenceClassification</c>.</summary>
    private static Dictionary<string, string> Names(Recipe recipe) =>
        recipe.Head is { Kind: HeadKind.Cls, Activation: HeadActivation.Tanh, Norm: HeadNorm.None, Feature: HeadFeature.State, Width: null } && recipe.Input.Kind == InputKind.Plain ? TransformersNames : [];

    private protected override Tensor Read(IExampleBatch batch, DropoutPlaces dropout) => _backbone.Encoder.ForwardRead((PackedBatch)batch, dropout);

    private protected override Tensor ReadBefore(int layer, IExampleBatch batch) => _backbone.Encoder.StatesBefore(layer, (PackedBatch)batch);

    private protected override Tensor ReadFrom(int layer, Tensor states, IExampleBatch batch, DropoutPlaces dropout) => _backbone.Encoder.ForwardReadFrom(layer, states, (PackedBatch)batch, dropout);

    /// <summary>The pooler and the MLM head stay as they are: the head reads the last state itself.</summary>
    internal override bool IsRead(Parameter parameter) => !parameter.Name.StartsWith(BertEncoder.PoolerPath, StringComparison.Ordinal) && !parameter.Name.StartsWith("cls.", StringComparison.Ordinal);
}
