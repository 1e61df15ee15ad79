using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>BERT's masked-language-model head: dense, activation, layer norm, then the word embedding as decoder (tied) plus a bias. Names as <c>transformers.BertForMaskedLM</c>.</summary>
public sealed class BertMlmHead
{
    private readonly BertEncoder _encoder;
    private readonly Linear _dense;
    private readonly LayerNorm _norm;
    private readonly Parameter _bias;

    /// <summary>Declares the head's parameters.</summary>
    /// <param name="encoder">The encoder whose word embedding decodes.</param>
    /// <param name="build">Where the parameters come from.</param>
    public BertMlmHead(BertEncoder encoder, ParameterBuilder build)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(build);
        BertConfig config = encoder.Config;
        _encoder = encoder;
        _dense = build.Linear(TransformPath + ".dense", config.HiddenSize, config.HiddenSize, new Initial(config.InitializerRange));
        _norm = build.LayerNorm(TransformPath + ".LayerNorm", config.HiddenSize, config.LayerNormEpsilon);
        _bias = build.Get("cls.predictions.bias", Initial.Zeros, config.VocabularySize);
    }

    /// <summary>The transform's dense layer.</summary>
    public Linear Dense => _dense;

    /// <summary>The transform's layer norm.</summary>
    public LayerNorm Norm => _norm;

    /// <summary>The decoder's weight, which is the encoder's word embedding, [vocabulary, hidden].</summary>
    public Parameter Decoder => _encoder.WordEmbedding;

    /// <summary>The decoder's bias, [vocabulary].</summary>
    public Parameter Bias => _bias;

    /// <summary>The head's own parameters, without the tied embedding.</summary>
    public IReadOnlyList<Parameter> Parameters => [_dense.Weight, _dense.Bias!, _norm.Weight, _norm.Bias, _bias];

    /// <summary>The path of the transform, by which a checkpoint shows that it has the head.</summary>
    public const string TransformPath = "cls.predictions.transform";

    /// <summary>Vocabulary logits of the given states; pass masked positions only, the product is as wide as the vocabulary.</summary>
    /// <param name="states">[positions, hidden].</param>
    /// <returns>[positions, vocabulary].</returns>
    public Tensor Forward(Tensor states) => Linear.Apply(Transform(states), _encoder.WordEmbedding, _bias);

    /// <summary>The transformed states before the decoder.</summary>
    /// <param name="states">[positions, hidden].</param>
    /// <returns>[positions, hidden].</returns>
    public Tensor Transform(Tensor states) => _norm.Forward(_encoder.Config.HiddenActivation.Apply(_dense.Forward(states)));
}
