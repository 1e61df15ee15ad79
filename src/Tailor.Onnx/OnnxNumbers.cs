namespace Tailor.Onnx;

/// <summary>In what numbers the linear layers of an exported graph compute.</summary>
public enum OnnxNumbers
{
    /// <summary>float32 throughout.</summary>
    Fp32,

    /// <summary>
    /// 8-bit integers: weights rounded to -64..64 with a scale for each output, what they multiply to 0..255 with a scale for each batch, found while the graph runs (ONNX's <c>DynamicQuantizeLinear</c> and <c>MatMulInteger</c>);
    /// products add up in 32 bits. Embeddings, norms, attention and the head stay float32.
    /// </summary>
    Int8,
}
