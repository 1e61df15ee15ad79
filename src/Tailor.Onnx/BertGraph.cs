using Tailor.Backbones;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Onnx;

/// <summary>The BERT encoder as a graph over padded sequences: <see cref="BertEncoder.ForwardRead"/>, with the last layer for the read position alone.</summary>
/// <param name="graph">The graph.</param>
/// <param name="linear">Its linear layers.</param>
/// <param name="config">The encoder's settings.</param>
/// <param name="weights">The parameters by name.</param>
internal sealed class BertGraph(GraphBuilder graph, LinearGraph linear, BertConfig config, IReadOnlyDictionary<string, Tensor> weights)
{
    private const string Batch = "batch", Sequence = "sequence";

    /// <summary>Far enough below every product of queries and keys that the exponential is 0, and finite, so that no row is NaN.</summary>
    private const float Hidden = -1e30f;

    private int Width => config.HiddenSize / config.Heads;

    /// <summary>Declares the inputs and builds the encoder.</summary>
    /// <param name="readsPosition">Whether the position to read is an input; else the first is read.</param>
    /// <returns>The state at each sequence's read position, [batch, hidden].</returns>
    public string Build(bool readsPosition)
    {
        string ids = graph.Input(OnnxNames.InputIds, Batch, Sequence), mask = graph.Input(OnnxNames.AttentionMask, Batch, Sequence), types = graph.Input(OnnxNames.TokenTypes, Batch, Sequence);
        string? position = readsPosition ? graph.Input(OnnxNames.ReadPosition, Batch) : null;
        string length = graph.Node("Shape", [ids], ("start", 1L), ("end", 2L));
        string x = Embed(ids, types, length), hidden = Hide(mask);
        for (int layer = 0; layer < config.Layers - 1; layer++)
        {
            x = Layer(layer, x, x, hidden);
        }

        string read = position is null ? graph.Node("Slice", x, graph.Constant("from", 0), graph.Constant("to", 1), graph.Constant("axis", 1)) : Read(x, position, length);
        return graph.Node("Squeeze", Layer(config.Layers - 1, x, read, hidden), graph.Constant("middle", 1));
    }

    private string Embed(string ids, string types, string length)
    {
        const string path = "bert.embeddings.";
        string words = graph.Node("Gather", Weight(path + "word_embeddings.weight"), ids);
        string positions = graph.Node("Slice", Weight(path + "position_embeddings.weight"), graph.Constant("from", 0), length, graph.Constant("axis", 0));
        string sum = graph.Node("Add", graph.Node("Add", words, positions), graph.Node("Gather", Weight(path + "token_type_embeddings.weight"), types));
        return Norm(path + "LayerNorm", sum);
    }

    /// <summary>What is added to the products of queries and keys: 0 for a token, far below for padding; [batch, 1, 1, sequence].</summary>
    private string Hide(string mask)
    {
        string real = graph.Node("Cast", [mask], ("to", 1L));
        string padding = graph.Node("Mul", graph.Node("Sub", graph.Constant("one", 1f), real), graph.Constant("hidden", Hidden));
        return graph.Node("Unsqueeze", padding, graph.Constant("heads_and_queries", 1, 2));
    }

    /// <summary>The rows at given positions, as a product with rows that are 1 there: [batch, 1, hidden].</summary>
    private string Read(string x, string position, string length)
    {
        string places = graph.Node("Range", graph.Scalar("first", 0), graph.Node("Squeeze", length), graph.Scalar("step", 1));
        string there = graph.Node("Equal", graph.Node("Unsqueeze", position, graph.Constant("behind", 1)), places);
        return graph.Node("MatMul", graph.Node("Unsqueeze", graph.Node("Cast", [there], ("to", 1L)), graph.Constant("row", 1)), x);
    }

    /// <param name="layer">The layer.</param>
    /// <param name="x">What keys and values are made of, [batch, sequence, hidden].</param>
    /// <param name="read">What queries are made of and the result is added to: the same, or one row of it each.</param>
    /// <param name="hidden">What is added to the products.</param>
    private string Layer(int layer, string x, string read, string hidden)
    {
        string path = $"bert.encoder.layer.{layer}.", self = path + "attention.self.query_key_value";
        string[] parts = x == read
            ? Split(Linear(self, x), 3)
            : [LinearRows(self, read, 0, 1), .. Split(LinearRows(self, x, 1, 2), 2)];
        string query = graph.Node("Mul", Heads(parts[0], [0, 2, 1, 3]), graph.Constant("scale", (float)(1 / Math.Sqrt(Width))));
        string products = graph.Node("Add", graph.Node("MatMul", query, Heads(parts[1], [0, 2, 3, 1])), hidden);
        string context = graph.Node("MatMul", graph.Node("Softmax", [products], ("axis", -1L)), Heads(parts[2], [0, 2, 1, 3]));
        string joined = graph.Node("Reshape", graph.Node("Transpose", [context], ("perm", new long[] { 0, 2, 1, 3 })), graph.Constant("joined", 0, 0, config.HiddenSize));
        string attended = Norm(path + "attention.output.LayerNorm", graph.Node("Add", Linear(path + "attention.output.dense", joined), read));
        string up = Activate(graph, config.HiddenActivation, Linear(path + "intermediate.dense", attended));
        return Norm(path + "output.LayerNorm", graph.Node("Add", Linear(path + "output.dense", up), attended));
    }

    private string[] Split(string value, int parts) => graph.Nodes("Split", parts, [value], ("axis", -1L), ("num_outputs", (long)parts));

    private string Heads(string value, long[] order) =>
        graph.Node("Transpose", [graph.Node("Reshape", value, graph.Constant("heads", 0, 0, config.Heads, Width))], ("perm", order));

    private string Linear(string path, string x) => linear.Apply(path, x, weights[path + ".weight"], weights[path + ".bias"]);

    /// <summary>Some of the blocks of rows of the stacked query, key and value.</summary>
    private string LinearRows(string path, string x, long first, long blocks)
    {
        using Tensor weight = weights[path + ".weight"].narrow(0, first * config.HiddenSize, blocks * config.HiddenSize), bias = weights[path + ".bias"].narrow(0, first * config.HiddenSize, blocks * config.HiddenSize);
        return linear.Apply(path, x, weight, bias);
    }

    private string Norm(string path, string x) => Norm(graph, path, x, weights[path + ".weight"], weights[path + ".bias"], config.LayerNormEpsilon);

    private string Weight(string name) => graph.Constant(name, weights[name]);

    /// <summary>A layer norm over the last dimension.</summary>
    internal static string Norm(GraphBuilder graph, string name, string x, Tensor weight, Tensor bias, double epsilon) =>
        graph.Node("LayerNormalization", [x, graph.Constant(name + ".weight", weight), graph.Constant(name + ".bias", bias)], ("axis", -1L), ("epsilon", (float)epsilon));

    /// <summary>An element-wise non-linearity.</summary>
    internal static string Activate(GraphBuilder graph, Activation activation, string x) => activation switch
    {
        Activation.Gelu => graph.Node("Gelu", x),
        Activation.GeluNew => graph.Node("Gelu", [x], ("approximate", "tanh")),
        Activation.QuickGelu => graph.Node("Mul", x, graph.Node("Sigmoid", graph.Node("Mul", x, graph.Constant("quick", 1.702f)))),
        Activation.Relu => graph.Node("Relu", x),
        Activation.Tanh => graph.Node("Tanh", x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Not an activation."),
    };
}
