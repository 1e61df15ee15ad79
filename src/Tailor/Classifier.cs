using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Onnx;
using Tailor.Tuning;
using static TorchSharp.torch;

namespace Tailor;

/// <summary>A tuned classifier of texts (<see cref="TextClassifier"/>) or of pictures (<see cref="ImageClassifier"/>), loaded to predict and to be scored.</summary>
public abstract class Classifier : IDisposable
{
    private readonly TunedModel _description;
    private readonly IDisposable _model;

    private protected Classifier(TunedModel description, IDisposable model) => (_description, _model) = (description, model);

    /// <summary>The class names in order.</summary>
    public IReadOnlyList<string> Labels => _description.Labels;

    /// <summary>The recipe the model was made with.</summary>
    public Recipe Recipe => _description.Recipe;

    /// <summary>Training examples per class.</summary>
    public IReadOnlyList<int> TrainCounts => _description.TrainCounts;

    /// <summary>Glee's head/tail threshold the run was scored with.</summary>
    public double Rho => _description.Rho;

    /// <summary>The bounds between many, medium and few the run was scored with.</summary>
    public ShotBounds Groups => _description.Groups;

    /// <summary>Loads a classifier of whichever kind the folder holds.</summary>
    /// <param name="folder">A run folder of <c>tailor train</c>, its <c>model/</c> folder, or a folder of <c>tailor export</c>, which ONNX Runtime computes.</param>
    /// <param name="device">The device to compute on, by name; the CPU when null.</param>
    /// <param name="precision">In what numbers the backbone computes, whatever it was trained in.</param>
    /// <param name="threads">Threads that compute, at least 1; as many as the machine has cores when null. Those of libtorch are the whole process's, and the first to load it decides.</param>
    /// <exception cref="InputException">The folder is no run, the run has not finished, its files are damaged, the precision does not pay on this machine, or an exported folder cannot be computed so.</exception>
    public static Classifier Load(string folder, string? device = null, Precision precision = Precision.Fp32, int? threads = null)
    {
        string directory = DeployedModel.DirectoryOf(folder);
        if (OnnxTextModel.IsIn(directory))
        {
            if (device is not (null or "cpu") || precision != Precision.Fp32)
            {
                throw new InputException($"{folder}: an exported graph has its numbers in it and ONNX Runtime computes it on the CPU; leave --device and --precision out, or give the run itself");
            }

            (TunedModel exported, OnnxTextModel graph) = OnnxTextModel.Load(directory, threads);
            return new TextClassifier(exported, graph);
        }

        if (threads is { } count)
        {
            Libtorch.Load(count);
        }

        using IDisposable loading = Libtorch.Begin();

        // The usual device is not asked for by name: that would wait for libtorch before the files are read.
        Device? place = device is null && precision == Precision.Fp32 ? null : ComputeDevice.Find(device);
        if (place is not null)
        {
            MixedPrecision.Require(precision, place);
        }

        (TunedModel description, ClassifierModel model) = TunedModel.Load(directory, place);
        model.Precision = precision;
        model.Settle();
        return model is ImageModel pictures ? new ImageClassifier(description, pictures) : new TextClassifier(description, (TextModel)model);
    }

    /// <summary>Loads a classifier of one kind.</summary>
    /// <exception cref="InputException">As for <see cref="Load(string, string?, Precision, int?)"/>, or it is of the other kind.</exception>
    private protected static T Load<T>(string folder, string? device, Precision precision, int? threads)
        where T : Classifier
    {
        bool pictures = TunedModel.ReadDescription(DeployedModel.DirectoryOf(folder)).Recipe.Input.ReadsPictures;
        return pictures == (typeof(T) == typeof(ImageClassifier))
            ? (T)Load(folder, device, precision, threads)
            : throw new InputException($"{folder}: this model classifies {(pictures ? "pictures, not texts" : "texts, not pictures")}");
    }

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The classes' numbers of labels.</summary>
    /// <exception cref="InputException">A label is unknown to the classifier.</exception>
    private protected int[] Gold(IEnumerable<string?> labels)
    {
        var ids = Labels.Select((label, i) => (label, i)).ToDictionary(x => x.label, x => x.i, StringComparer.Ordinal);
        string?[] given = [.. labels];
        string[] unknown = given.Where(label => label is null || !ids.ContainsKey(label)).Select(label => label ?? "(none)").Distinct().ToArray();
        if (unknown.Length > 0)
        {
            throw new InputException($"the model does not know the label{(unknown.Length > 1 ? "s" : "")} {string.Join(", ", unknown.Take(10).Select(u => $"'{u}'"))}{(unknown.Length > 10 ? $" and {unknown.Length - 10} more" : "")}; "
                + "drop such rows with --unknown-labels drop, or train with examples of them");
        }

        return [.. given.Select(label => ids[label!])];
    }

    /// <summary>Scores probabilities.</summary>
    /// <param name="gold">The class of each example.</param>
    /// <param name="probabilities">[examples, classes], row-major.</param>
    /// <param name="rho">Glee's head/tail threshold; that of the run when null.</param>
    /// <param name="groups">The bounds between many, medium and few; those of the run when null.</param>
    private protected EvaluationReport Score(int[] gold, float[] probabilities, double? rho, ShotBounds? groups) =>
        EvaluationReport.Of(Labels, gold, Classes.ArgMax(probabilities, Labels.Count), probabilities, TrainCounts, rho ?? Rho, groups ?? Groups);

    /// <summary>An answer for each row of probabilities.</summary>
    private protected IEnumerable<Prediction> Answers(float[] probabilities, int topK)
    {
        int classes = Labels.Count;
        for (int row = 0; row < probabilities.Length / classes; row++)
        {
            int start = row * classes;
            LabelProbability[] top = Enumerable.Range(0, classes)
                .OrderByDescending(c => probabilities[start + c]).ThenBy(c => c)
                .Take(topK).Select(c => new LabelProbability(Labels[c], probabilities[start + c])).ToArray();
            yield return new Prediction(top[0].Label, top[0].Probability, top);
        }
    }
}
