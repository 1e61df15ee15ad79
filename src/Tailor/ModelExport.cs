using Tailor.Foundation;
using Tailor.Onnx;
using Tailor.Tuning;

namespace Tailor;

/// <summary>What an export came to.</summary>
/// <param name="File">The graph's file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Texts">The texts that were scored by both, the names of the classes.</param>
/// <param name="LargestDifference">The largest difference between a probability, or a predicted number, of the graph and the model's own.</param>
public sealed record ModelExport(string File, long Bytes, int Texts, double LargestDifference)
{
    /// <summary>The most class names that are scored for comparison.</summary>
    private const int Compared = 64;

    /// <summary>Writes a tuned classifier of texts as a folder that ONNX Runtime computes, and scores the names of the classes with both. <see cref="Classifier.Load"/> loads the folder.</summary>
    /// <param name="run">A run folder of <c>tailor train</c>, or its <c>model/</c> folder.</param>
    /// <param name="folder">The folder to write, which must be new or empty.</param>
    /// <param name="numbers">What the encoder's linear layers compute in.</param>
    /// <exception cref="InputException">The run has not finished or is damaged, classifies pictures, or has no graph; or the folder has files.</exception>
    public static ModelExport ToOnnx(string run, string folder, OnnxNumbers numbers = OnnxNumbers.Fp32)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string directory = DeployedModel.DirectoryOf(run);
        if (OnnxTextModel.IsIn(directory))
        {
            throw new InputException($"{run}: this folder was exported already; give the run it was made from");
        }

        if (System.IO.File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new InputException($"{folder}: this is a file, or a folder with something in it; give a new folder");
        }

        (TunedModel description, TextModel model) = TunedModel.LoadTexts(directory);
        using TextModel _ = model;

        // The folder appears with all that is in it, or not at all.
        string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), parts = $"{whole}.{Guid.NewGuid():N}.tmp";
        try
        {
            long bytes = OnnxExport.Write(description, model, parts, numbers);
            (string, string?)[] texts = [.. description.Labels.Take(Compared).Select(label => (label, model.Input.NeedsPair ? label : null))];
            double largest = Compare(description, model, parts, texts);
            if (Directory.Exists(whole))
            {
                Directory.Delete(whole);
            }

            Directory.Move(parts, whole);
            return new ModelExport(Path.Combine(folder, OnnxExport.GraphFile), bytes, texts.Length, largest);
        }
        finally
        {
            if (Directory.Exists(parts))
            {
                Directory.Delete(parts, recursive: true);
            }
        }
    }

    private static double Compare(TunedModel description, TextModel model, string folder, (string, string?)[] texts)
    {
        using ITextScorer exported = OnnxTextModel.Load(folder).Model;
        return Scores(model).Zip(Scores(exported), (a, b) => Math.Abs((double)a - b)).Max();

        float[] Scores(ITextScorer scorer) => description.Recipe.PredictsNumbers ? scorer.Values(texts) : scorer.Probabilities(texts);
    }
}
