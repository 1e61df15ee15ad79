using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A tuned text classifier, loaded to predict and to be scored.</summary>
public sealed class TextClassifier : IDisposable
{
    /// <summary>Texts tokenised and scored together while streaming.</summary>
    private const int Window = 512;

    private readonly TextModel _model;
    private readonly TunedModel _description;

    private TextClassifier(TunedModel description, TextModel model) => (_description, _model) = (description, model);

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

    /// <summary>Loads a classifier.</summary>
    /// <param name="folder">A run folder of <c>tailor train</c>, or its <c>model/</c> folder.</param>
    /// <param name="device">The device to compute on, by name; the CPU when null.</param>
    /// <exception cref="InputException">The folder is no run, the run has not finished, or its files are damaged.</exception>
    public static TextClassifier Load(string folder, string? device = null)
    {
        string directory = DeployedModel.DirectoryOf(folder);
        Libtorch.Load();
        (TunedModel description, TextModel model) = TunedModel.LoadTexts(directory, ComputeDevice.Find(device));
        return new TextClassifier(description, model);
    }

    /// <summary>Whether it predicts numbers in the place of classes; then <see cref="Values"/> answers, not <see cref="Predict(IEnumerable{ValueTuple{string, string}}, int)"/>.</summary>
    public bool PredictsNumbers => Recipe.PredictsNumbers;

    /// <summary>Predicts a stream of numbers; the answers come in the texts' order.</summary>
    /// <param name="texts">Texts, each with its pair or null.</param>
    /// <exception cref="InvalidOperationException">The model predicts classes.</exception>
    public IEnumerable<float> Values(IEnumerable<(string Text, string? Pair)> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return PredictsNumbers
            ? texts.Chunk(Window).SelectMany(window => _model.Values(_model.Tokenize(window)))
            : throw new InvalidOperationException("This model predicts classes.");
    }

    /// <summary>Scores predicted numbers on labelled examples.</summary>
    /// <param name="examples">Examples whose labels are numbers, at least two.</param>
    /// <exception cref="InputException">A label is no number, or there are fewer than two examples.</exception>
    public RegressionReport EvaluateNumbers(IReadOnlyList<TextExample> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        try
        {
            return RegressionReport.Of(TextDataset.Values(examples), [.. Values(examples.Select(e => (e.Text, e.Pair)))]);
        }
        catch (ArgumentException fault)
        {
            throw new InputException($"this model predicts numbers: {fault.Message.Split(" (Parameter")[0]}; give at least two rows whose labels are numbers", fault);
        }
    }

    /// <summary>Predicts a stream of texts; the answers come in the texts' order.</summary>
    /// <param name="texts">Texts, each with its pair or null.</param>
    /// <param name="topK">How many classes to list, at least 1.</param>
    public IEnumerable<Prediction> Predict(IEnumerable<(string Text, string? Pair)> texts, int topK = 3)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        if (PredictsNumbers)
        {
            throw new InvalidOperationException("This model predicts numbers.");
        }

        return texts.Chunk(Window).SelectMany(window => Answers(Probabilities(window), topK));
    }

    /// <summary>Predicts one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="topK">How many classes to list, at least 1.</param>
    public Prediction Predict(string text, int topK = 3) => Predict([(text, null)], topK).Single();

    /// <summary>Scores the classifier on labelled examples.</summary>
    /// <param name="examples">Examples whose labels are among <see cref="Labels"/>.</param>
    /// <param name="rho">Glee's head/tail threshold; that of the run when null.</param>
    /// <param name="groups">The bounds between many, medium and few; those of the run when null.</param>
    /// <exception cref="InputException">A label is unknown to the classifier.</exception>
    public EvaluationReport Evaluate(IReadOnlyList<TextExample> examples, double? rho = null, ShotBounds? groups = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var ids = Labels.Select((label, i) => (label, i)).ToDictionary(x => x.label, x => x.i, StringComparer.Ordinal);
        string[] unknown = examples.Where(e => e.Label is null || !ids.ContainsKey(e.Label)).Select(e => e.Label ?? "(none)").Distinct().ToArray();
        if (unknown.Length > 0)
        {
            throw new InputException($"the model does not know the label{(unknown.Length > 1 ? "s" : "")} {string.Join(", ", unknown.Take(10).Select(u => $"'{u}'"))}{(unknown.Length > 10 ? $" and {unknown.Length - 10} more" : "")}; "
                + "drop such rows with --unknown-labels drop, or train with examples of them");
        }

        int[] gold = examples.Select(e => ids[e.Label!]).ToArray();
        float[] probabilities = Probabilities(examples.Select(e => (e.Text, e.Pair)).ToArray());
        return EvaluationReport.Of(Labels, gold, Classes.ArgMax(probabilities, Labels.Count), probabilities, TrainCounts, rho ?? Rho, groups ?? Groups);
    }

    /// <summary>Releases the model.</summary>
    public void Dispose() => _model.Dispose();

    private float[] Probabilities(IReadOnlyList<(string Text, string? Pair)> texts) => _model.Probabilities(_model.Tokenize(texts));

    private IEnumerable<Prediction> Answers(float[] probabilities, int topK)
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
