using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>Writes a Hugging Face model directory: config.json, model.safetensors and, of a model of texts, the tokenizer's files.</summary>
public static class ModelDirectory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the directory. The weights come last, so a directory that has them is complete.</summary>
    /// <param name="directory">The directory, made when absent.</param>
    /// <param name="config">The content of config.json.</param>
    /// <param name="tokenizer">The tokenizer to write; null for a model of images.</param>
    /// <param name="weights">The tensors by checkpoint name.</param>
    public static void Save(string directory, JsonObject config, Tokenizer? tokenizer, IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Directory.CreateDirectory(directory);
        AtomicFile.WriteText(Path.Combine(directory, "config.json"), config.ToJsonString(Indented) + "\n");
        tokenizer?.Save(directory);
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), weights, new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>The tensors of parameters under their checkpoint names: a fused leaf gives one view per part.</summary>
    /// <param name="parameters">The parameters; the views live as long as they do.</param>
    /// <param name="changed">Another value of the same shape to take in the place of a parameter's own, or null.</param>
    public static IEnumerable<KeyValuePair<string, Tensor>> Weights(IEnumerable<Parameter> parameters, Func<Parameter, Tensor?>? changed = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (Parameter parameter in parameters)
        {
            Tensor value = changed?.Invoke(parameter) ?? parameter.Value.detach();
            foreach (ParameterPart part in parameter.Parts)
            {
                yield return new(part.Name, parameter.Parts.Count == 1 ? value : value.narrow(0, part.FirstRow, part.Rows));
            }
        }
    }
}
