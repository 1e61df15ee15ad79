using System.Runtime.InteropServices;
using Tailor.Onnx.Format;
using static TorchSharp.torch;

namespace Tailor.Onnx;

/// <summary>The linear layers of a graph, y = x Wᵀ + b, in float32 or in 8-bit integers.</summary>
/// <param name="graph">The graph.</param>
/// <param name="numbers">What they compute in.</param>
internal sealed class LinearGraph(GraphBuilder graph, OnnxNumbers numbers)
{
    /// <summary>Where a row's largest weight goes. Processors without VNNI add two products of 8 bits in 16, which 255 x 64 x 2 still fits; weights up to 127 would overflow there without a word.</summary>
    private const float Largest = 64;

    private readonly Dictionary<string, string[]> _rounded = new(StringComparer.Ordinal);

    /// <summary>A layer in the numbers asked for.</summary>
    /// <param name="name">What its constants are called.</param>
    /// <param name="x">The value it reads, [..., inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    public string Apply(string name, string x, Tensor weight, Tensor bias) => numbers == OnnxNumbers.Fp32 ? Exact(name, x, weight, bias) : Rounded(name, x, weight, bias);

    /// <summary>A layer in float32.</summary>
    /// <param name="name">What its constants are called.</param>
    /// <param name="x">The value it reads, [..., inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    public string Exact(string name, string x, Tensor weight, Tensor? bias)
    {
        using Tensor transposed = weight.t();
        string product = graph.Node("MatMul", x, graph.Constant(name + ".weight", transposed));
        return bias is null ? product : graph.Node("Add", product, graph.Constant(name + ".bias", bias));
    }

    /// <summary>The pattern of nodes that ONNX Runtime fuses into one product.</summary>
    private string Rounded(string name, string x, Tensor weight, Tensor bias)
    {
        if (!_rounded.TryGetValue(x, out string[]? input))
        {
            _rounded[x] = input = graph.Nodes("DynamicQuantizeLinear", 3, [x]);
        }

        (sbyte[] values, float[] scales) = Round(weight);
        long outputs = weight.shape[0], inputs = weight.shape[1];
        string rounded = graph.Constant(name + ".weight", TensorProto.Types.DataType.Int8, [inputs, outputs], MemoryMarshal.AsBytes<sbyte>(values));
        string zero = graph.Constant(name + ".zero", TensorProto.Types.DataType.Int8, [], [0]);
        string product = graph.Node("Cast", [graph.Node("MatMulInteger", input[0], rounded, input[2], zero)], ("to", (long)TensorProto.Types.DataType.Float));
        string scale = graph.Node("Mul", input[1], graph.Constant(name + ".scale", TensorProto.Types.DataType.Float, [outputs], MemoryMarshal.AsBytes<float>(scales)));
        return graph.Node("Add", graph.Node("Mul", product, scale), graph.Constant(name + ".bias", bias));
    }

    /// <summary>Each output's weights over a scale of their own, the largest at ±64, rounded; transposed to [inputs, outputs].</summary>
    internal static (sbyte[] Values, float[] Scales) Round(Tensor weight)
    {
        using Tensor rows = weight.to(ScalarType.Float32).cpu().contiguous();
        ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(rows.bytes);
        int outputs = (int)rows.shape[0], inputs = (int)rows.shape[1];
        sbyte[] values = new sbyte[source.Length];
        float[] scales = new float[outputs];
        for (int o = 0; o < outputs; o++)
        {
            ReadOnlySpan<float> row = source.Slice(o * inputs, inputs);
            float largest = 0;
            foreach (float w in row)
            {
                largest = Math.Max(largest, Math.Abs(w));
            }

            scales[o] = largest > 0 ? largest / Largest : 1;
            for (int i = 0; i < inputs; i++)
            {
                values[(i * outputs) + o] = (sbyte)Math.Clamp(MathF.Round(row[i] / scales[o]), -Largest, Largest);
            }
        }

        return (values, scales);
    }
}
