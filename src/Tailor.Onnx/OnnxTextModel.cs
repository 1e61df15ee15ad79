using Microsoft.ML.OnnxRuntime;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.Onnx;

/// <summary>A classifier of texts that ONNX Runtime computes, from a folder of <see cref="OnnxExport"/>. libtorch is not needed.</summary>
public sealed class OnnxTextModel : ITextScorer
{
    private readonly InferenceSession _session;
    private readonly TextInput _input;
    private readonly bool _readsPosition, _predictsNumbers;
    private readonly int _outputs;

    private OnnxTextModel(InferenceSession session, TextInput input, int outputs, bool predictsNumbers)
    {
        (_session, _input, _outputs, _predictsNumbers) = (session, input, outputs, predictsNumbers);
        _readsPosition = session.InputMetadata.ContainsKey(OnnxNames.ReadPosition);
    }

    /// <summary>Whether a folder holds an exported graph.</summary>
    /// <param name="directory">The folder.</param>
    public static bool IsIn(string directory) => File.Exists(Path.Combine(directory, OnnxNames.File));

    /// <summary>Loads an exported folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="threads">Threads that compute; as many as the machine has cores when null.</param>
    /// <exception cref="InputException">A file is missing or damaged, or the parts do not belong together.</exception>
    public static (TunedModel Description, OnnxTextModel Model) Load(string directory, int? threads = null)
    {
        TunedModel description = TunedModel.ReadDescription(directory);
        var input = new TextInput(description.Recipe.Input, Tokenizer.Load(directory));
        string file = Path.Combine(directory, OnnxNames.File);
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.IntraOpNumThreads = threads ?? 0;
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(file, options);
            string output = description.Recipe.PredictsNumbers ? OnnxNames.Logits : OnnxNames.Probabilities;
            if (!session.OutputMetadata.TryGetValue(output, out NodeMetadata? found) || found.Dimensions is not [_, int outputs] || outputs != description.Labels.Count || !session.InputMetadata.ContainsKey(OnnxNames.InputIds))
            {
                throw InputException.At(file, $"no output '{output}' for the {description.Labels.Count} classes of tailor.json", "the folder was not written by one 'tailor export'; export the run again");
            }

            return (description, new OnnxTextModel(session, input, outputs, description.Recipe.PredictsNumbers));
        }
        catch (OnnxRuntimeException fault)
        {
            throw new InputException($"{file}: ONNX Runtime cannot read it ({fault.Message}); export the run again", fault);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public float[] Probabilities(IReadOnlyList<(string Text, string? Pair)> texts) => Probabilities(_input.Tokenize(texts));

    /// <summary>Class probabilities of tokenised texts, in their order.</summary>
    /// <param name="texts">The texts.</param>
    /// <returns>[texts, classes], row-major.</returns>
    public float[] Probabilities(TextSet texts) => _predictsNumbers ? throw new InvalidOperationException("This model predicts numbers.") : Run(texts, OnnxNames.Probabilities);

    /// <inheritdoc/>
    public float[] Values(IReadOnlyList<(string Text, string? Pair)> texts) =>
        _predictsNumbers ? Run(_input.Tokenize(texts), OnnxNames.Logits) : throw new InvalidOperationException("This model predicts classes.");

    /// <summary>Releases the graph.</summary>
    public void Dispose() => _session.Dispose();

    /// <summary>Rows of an output in the texts' order, from batches of texts of like length.</summary>
    private float[] Run(TextSet set, string output)
    {
        ArgumentNullException.ThrowIfNull(set);
        float[] rows = new float[set.Count * _outputs];
        using var options = new RunOptions();
        foreach (int[] batch in BatchPlan.Evaluation(set.Lengths))
        {
            List<OrtValue> inputs = [];
            try
            {
                string[] names = Inputs([.. batch.Select(i => set.Sequences[i])], inputs);
                using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, names, inputs, [output]);
                ReadOnlySpan<float> values = results[0].GetTensorDataAsSpan<float>();
                for (int i = 0; i < batch.Length; i++)
                {
                    values.Slice(i * _outputs, _outputs).CopyTo(rows.AsSpan(batch[i] * _outputs));
                }
            }
            finally
            {
                inputs.ForEach(input => input.Dispose());
            }
        }

        return rows;
    }

    private string[] Inputs(TokenSequence[] sequences, List<OrtValue> inputs)
    {
        int longest = sequences.Max(sequence => sequence.Ids.Length);
        long[] ids = new long[sequences.Length * longest], mask = new long[ids.Length], types = new long[ids.Length];
        for (int s = 0; s < sequences.Length; s++)
        {
            for (int t = 0; t < sequences[s].Ids.Length; t++)
            {
                int place = (s * longest) + t;
                (ids[place], mask[place], types[place]) = (sequences[s].Ids[t], 1, t < sequences[s].FirstLength ? 0 : 1);
            }
        }

        List<string> names = [];
        void Add(string name, long[] values, params long[] shape)
        {
            names.Add(name);
            inputs.Add(OrtValue.CreateTensorValueFromMemory(values, shape));
        }

        Add(OnnxNames.InputIds, ids, sequences.Length, longest);
        Add(OnnxNames.AttentionMask, mask, sequences.Length, longest);
        Add(OnnxNames.TokenTypes, types, sequences.Length, longest);
        if (_readsPosition)
        {
            Add(OnnxNames.ReadPosition, [.. sequences.Select(sequence => (long)sequence.ReadAt)], sequences.Length);
        }

        return [.. names];
    }
}
