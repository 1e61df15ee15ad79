using Google.Protobuf;
using Tailor.Foundation;
using Tailor.Onnx.Format;
using Tailor.Tuning;
using static TorchSharp.torch;

namespace Tailor.Onnx;

/// <summary>
/// Writes a tuned classifier of texts as a folder that needs no libtorch: <c>model.onnx</c>, the tokenizer's files and <c>tailor.json</c>. The graph takes <c>input_ids</c>, <c>attention_mask</c> and <c>token_type_ids</c>, int64
/// [batch, sequence], and of a model that reads a template's mask <c>read_position</c>, int64 [batch]; it gives <c>logits</c> and <c>probabilities</c>, float32 [batch, classes], with adapters and calibrations in them.
/// </summary>
public static class OnnxExport
{
    /// <summary>The graph's file in the folder.</summary>
    public const string GraphFile = OnnxNames.File;

    /// <summary>The most bytes of a file in the format, by the limit of Protocol Buffers.</summary>
    private const long Largest = int.MaxValue;

    /// <summary>Writes the folder; the graph comes last.</summary>
    /// <param name="description">What the model is.</param>
    /// <param name="model">The model, as <see cref="TunedModel.Load"/> gives it.</param>
    /// <param name="directory">The folder, made when absent.</param>
    /// <param name="numbers">What the encoder's linear layers compute in.</param>
    /// <returns>The size of the graph's file, in bytes.</returns>
    /// <exception cref="InputException">The adapter cannot be folded into the weights, or the graph is larger than a file of the format may be.</exception>
    public static long Write(TunedModel description, TextModel model, string directory, OnnxNumbers numbers)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(model);
        if (model.AdapterStands)
        {
            throw new InputException($"adapter kind {RecipeName.Of(model.Recipe.Adapter.Kind)} stands beside the backbone's weights and cannot be folded into them, so it has no ONNX graph yet; deploy the run itself, or tune with lora, ia3, bitfit or layer_norm");
        }

        long parameters = model.Parameters.Sum(p => p.Count);
        if (parameters * sizeof(float) > Largest)
        {
            throw new InputException($"{parameters:N0} parameters make a graph of more than {Largest >> 30} GiB, which one ONNX file cannot hold; deploy the run itself");
        }

        ModelProto graph = Graph(model, numbers);
        Directory.CreateDirectory(directory);
        description.SaveDescription(directory);
        model.Input.Tokenizer.Save(directory);
        string file = Path.Combine(directory, OnnxNames.File);
        AtomicFile.Write(file, graph.WriteTo);
        return new FileInfo(file).Length;
    }

    private static ModelProto Graph(TextModel model, OnnxNumbers numbers)
    {
        var weights = model.Parameters.ToDictionary(p => p.Name, p => p.Value.detach(), StringComparer.Ordinal);
        try
        {
            var graph = new GraphBuilder();
            var linear = new LinearGraph(graph, numbers);
            string state = new BertGraph(graph, linear, model.Backbone.Config, weights).Build(model.Input.ReadsMask);
            string scores = new HeadGraph(graph, linear, model, weights).Build(state), classes = $"{model.Head.Classes}";
            graph.Output(OnnxNames.Logits, scores, "batch", classes);
            if (!model.Recipe.PredictsNumbers)
            {
                graph.Output(OnnxNames.Probabilities, graph.Node("Softmax", [scores], ("axis", -1L)), "batch", classes);
            }

            return graph.Build();
        }
        finally
        {
            foreach (Tensor value in weights.Values)
            {
                value.Dispose();
            }
        }
    }
}
