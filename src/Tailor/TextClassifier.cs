using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A tuned text classifier, loaded to predict and to be scored.</summary>
public sealed class TextClassifier : Classifier
{
    /// <summary>Texts tokenised and scored together while streaming.</summary>
    private const int Window = 512;

    private readonly ITextScorer _model;

    internal TextClassifier(TunedModel description, ITextScorer model)
        : base(description, model) => _model = model;

    /// <summary>Loads a classifier of texts.</summary>
    /// <param name="folder">A run folder of <c>tailor train</c>, its <c>model/</c> folder, or a folder of <c>tailor export</c>.</param>
    /// <param name="device">The device to compute on, by name; the CPU when null.</param>
    /// <param name="precision">In what numbers the backbone computes, whatever it was trained in.</param>
    /// <param name="threads">Threads that compute, at least 1; as many as the machine has cores when null.</param>
    /// <exception cref="InputException">The folder is no run, the run has not finished, its files are damaged, the precision does not pay on this machine, or the model classifies pictures.</exception>
    public static new TextClassifier Load(string folder, string? device = null, Precision precision = Precision.Fp32, int? threads = null) => Load<TextClassifier>(folder, device, precision, threads);

    /// <summary>Whether it predicts numbers in the place of classes; then <see cref="Values"/> answers, not <see cref="Predict(IEnumerable{ValueTuple{string, string}}, int)"/>.</summary>
    public bool PredictsNumbers => Recipe.PredictsNumbers;

    /// <summary>Predicts a stream of numbers; the answers come in the texts' order.</summary>
    /// <param name="texts">Texts, each with its pair or null.</param>
    /// <exception cref="InvalidOperationException">The model predicts classes.</exception>
    public IEnumerable<float> Values(IEnumerable<(string Text, string? Pair)> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return PredictsNumbers
            ? texts.Chunk(Window).SelectMany(_model.Values)
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

        return texts.Chunk(Window).SelectMany(window => Answers(_model.Probabilities(window), topK));
    }

    /// <summary>Predicts one text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="topK">How many classes to list, at least 1.</param>
    public Prediction Predict(string text, int topK = 3) => Predict([(text, null)], topK).Single();

    /// <summary>Scores the classifier on labelled examples.</summary>
    /// <param name="examples">Examples whose labels are among <see cref="Classifier.Labels"/>.</param>
    /// <param name="rho">Glee's head/tail threshold; that of the run when null.</param>
    /// <param name="groups">The bounds between many, medium and few; those of the run when null.</param>
    /// <exception cref="InputException">A label is unknown to the classifier.</exception>
    public EvaluationReport Evaluate(IReadOnlyList<TextExample> examples, double? rho = null, ShotBounds? groups = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        int[] gold = Gold(examples.Select(e => e.Label));
        return Score(gold, _model.Probabilities([.. examples.Select(e => (e.Text, e.Pair))]), rho, groups);
    }
}
