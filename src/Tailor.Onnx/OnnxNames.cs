namespace Tailor.Onnx;

/// <summary>The names of a graph's inputs and outputs; those of transformers where it has them.</summary>
internal static class OnnxNames
{
    /// <summary>The graph's file.</summary>
    public const string File = "model.onnx";

    /// <summary>Vocabulary ids, int64 [batch, sequence].</summary>
    public const string InputIds = "input_ids";

    /// <summary>1 for a token, 0 for padding, int64 [batch, sequence].</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>0 for the first text, 1 for its pair, int64 [batch, sequence].</summary>
    public const string TokenTypes = "token_type_ids";

    /// <summary>The position of a template's mask, int64 [batch]; only of a model that reads one.</summary>
    public const string ReadPosition = "read_position";

    /// <summary>Class scores with the calibrations in them, or predicted numbers, float32 [batch, classes].</summary>
    public const string Logits = "logits";

    /// <summary>Class probabilities, float32 [batch, classes]; not of a model that predicts numbers.</summary>
    public const string Probabilities = "probabilities";
}
