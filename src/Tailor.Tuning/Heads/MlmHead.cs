using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Prompt-tuning's head (Glee, arXiv 2205.05461): the pretrained MLM head on the state of the mask; a class's score is the mean of its label tokens' logits. Only those rows of the decoder are computed, and their gradient
/// reaches the word embedding, or, decoupled from it, a decoder of the head's own that starts as a copy.
/// </summary>
public sealed class MlmHead : ClassificationHead
{
    private readonly BertMlmHead _head;
    private readonly Parameter _decoder;
    private readonly bool _decoupled;
    private readonly long[] _tokens;
    private readonly float[] _shares;

    /// <summary>Takes the backbone's MLM head.</summary>
    /// <param name="recipe">Whether the decoder is tied to the word embedding.</param>
    /// <param name="build">Where a decoder of its own comes from.</param>
    /// <param name="mlm">The model's MLM head.</param>
    /// <param name="labelTokens">The vocabulary ids of each class's words.</param>
    public MlmHead(HeadRecipe recipe, ParameterBuilder build, BertMlmHead mlm, IReadOnlyList<int[]> labelTokens)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(mlm);
        ArgumentNullException.ThrowIfNull(labelTokens);
        _head = mlm;
        _decoupled = recipe.Decoder == HeadDecoder.Decoupled;
        _decoder = _decoupled ? build.Copy("head.decoder.weight", _head.Decoder) : _head.Decoder;
        _tokens = [.. labelTokens.SelectMany(ids => ids).Distinct().Order().Select(id => (long)id)];
        Classes = labelTokens.Count;
        _shares = new float[_tokens.Length * Classes];
        for (int c = 0; c < Classes; c++)
        {
            foreach (int token in labelTokens[c])
            {
                _shares[(Array.BinarySearch(_tokens, token) * Classes) + c] += 1f / labelTokens[c].Length;
            }
        }
    }

    /// <summary>Makes the head of a model whose classes have words.</summary>
    /// <param name="recipe">Whether the decoder is tied to the word embedding.</param>
    /// <param name="backbone">The model it stands on.</param>
    /// <param name="verbalizer">The classes' words.</param>
    /// <exception cref="InputException">The model has no MLM head, or its vocabulary does not cover a class's words.</exception>
    public static MlmHead On(HeadRecipe recipe, TextBackbone backbone, Verbalizer verbalizer)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(verbalizer);
        return backbone.MlmHead is { } mlm
            ? new MlmHead(recipe, backbone.Build, mlm, verbalizer.TokenIds(backbone.Tokenizer, backbone.Report.Notes.Add))
            : throw new InputException("this checkpoint has no MLM head (cls.predictions), which prompt-tuning reads its classes from; use a checkpoint of a masked language model, or a cls recipe");
    }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <inheritdoc/>
    public override Linear? Output => null;

    /// <inheritdoc/>
    public override IReadOnlyList<Linear> Linears => [_head.Dense];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => _decoupled ? [.. _head.Parameters, _decoder] : _head.Parameters;

    /// <inheritdoc/>
    public override int FeatureWidth => (int)_decoder.Value.shape[1];

    /// <inheritdoc/>
    public override Tensor Features(Tensor state, DropoutPlaces dropout) => _head.Transform(state);

    /// <inheritdoc/>
    public override Tensor Classify(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using Tensor tokens = Tokens(), shares = Shares();
        Tensor logits = Linear.Apply(features, RowGather.Apply(_decoder, tokens), _head.Bias.Value.index_select(0, tokens));
        return logits.matmul(shares);
    }

    /// <summary>The linear layer that <see cref="Classify"/> comes to: each class's mean of its words' rows and biases.</summary>
    /// <returns>[classes, width] and [classes].</returns>
    public (Tensor Weight, Tensor Bias) ClassLayer()
    {
        using Tensor tokens = Tokens(), shares = Shares();
        return (shares.t().matmul(_decoder.Value.index_select(0, tokens)), _head.Bias.Value.index_select(0, tokens).matmul(shares));
    }

    private Tensor Tokens() => tensor(_tokens, device: _decoder.Value.device);

    private Tensor Shares() => tensor(_shares, [_tokens.Length, Classes], device: _decoder.Value.device);
}
