using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Imaging;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A tuned classifier of pictures, loaded to predict and to be scored. It scores as its run did, with five crops where the recipe asks for them.</summary>
public sealed class ImageClassifier : Classifier
{
    /// <summary>Pictures decoded and scored together while streaming.</summary>
    private const int Window = 512;

    private readonly ImageModel _model;

    internal ImageClassifier(TunedModel description, ImageModel model)
        : base(description, model) => _model = model;

    /// <summary>What is refused, such as pictures of too many pixels, and how colours are taken.</summary>
    public DecodeOptions Decode { get; set; } = new();

    /// <summary>Loads a classifier of pictures.</summary>
    /// <param name="folder">A run folder of <c>tailor train</c>, or its <c>model/</c> folder.</param>
    /// <param name="device">The device to compute on, by name; the CPU when null.</param>
    /// <param name="precision">In what numbers the backbone computes, whatever it was trained in.</param>
    /// <param name="threads">Threads that compute, at least 1; as many as the machine has cores when null.</param>
    /// <exception cref="InputException">The folder is no run, the run has not finished, its files are damaged, the precision does not pay on this machine, or the model classifies texts.</exception>
    public static new ImageClassifier Load(string folder, string? device = null, Precision precision = Precision.Fp32, int? threads = null) => Load<ImageClassifier>(folder, device, precision, threads);

    /// <summary>Predicts a stream of pictures; the answers come in the pictures' order, window by window.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="topK">How many classes to list, at least 1.</param>
    /// <param name="skipBad">Whether a bad picture gets its fault in the place of an answer; otherwise it ends the stream.</param>
    /// <exception cref="InputException">While enumerating: a picture cannot be decoded and bad ones are not skipped; the message names it.</exception>
    public IEnumerable<PicturePrediction> Predict(IEnumerable<ImageSource> pictures, int topK = 3, bool skipBad = false)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        return pictures.Chunk(Window).SelectMany(window => Predict(window, topK, skipBad));
    }

    /// <summary>Predicts pictures in files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="topK">How many classes to list, at least 1.</param>
    /// <exception cref="InputException">While enumerating: a picture cannot be decoded; the message names it.</exception>
    public IEnumerable<Prediction> Predict(IEnumerable<string> paths, int topK = 3) => Predict(paths.Select(path => new FileImageSource(path)), topK).Select(prediction => prediction.Answer!);

    /// <summary>Predicts one picture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="topK">How many classes to list, at least 1.</param>
    /// <exception cref="InputException">The picture cannot be decoded.</exception>
    public Prediction Predict(string path, int topK = 3) => Predict([path], topK).Single();

    /// <summary>Scores the classifier on labelled pictures.</summary>
    /// <param name="examples">Pictures whose labels are among <see cref="Classifier.Labels"/>.</param>
    /// <param name="rho">Glee's head/tail threshold; that of the run when null.</param>
    /// <param name="groups">The bounds between many, medium and few; those of the run when null.</param>
    /// <exception cref="InputException">A label is unknown to the classifier, or a picture cannot be decoded; the message names it.</exception>
    public EvaluationReport Evaluate(IReadOnlyList<ImageExample> examples, double? rho = null, ShotBounds? groups = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        int[] gold = Gold(examples.Select(e => e.Label));
        return Score(gold, Probabilities([.. examples.Select(e => e.Source)]), rho, groups);
    }

    private IEnumerable<PicturePrediction> Predict(ImageSource[] window, int topK, bool skipBad)
    {
        IReadOnlyList<BadPicture> bad = [];
        float[] probabilities;
        try
        {
            probabilities = Probabilities(window);
        }
        catch (InputException) when (skipBad)
        {
            // The bad ones are looked for only where there is one: most windows are decoded once.
            bad = PictureCheck.Find(window, Decode);
            var gone = bad.Select(picture => picture.Index).ToHashSet();
            probabilities = Probabilities([.. window.Where((_, i) => !gone.Contains(i))]);
        }

        var faults = bad.ToDictionary(picture => picture.Index, picture => picture.Reason);
        using IEnumerator<Prediction> answers = Answers(probabilities, topK).GetEnumerator();
        for (int i = 0; i < window.Length; i++)
        {
            bool isBad = faults.TryGetValue(i, out string? fault);
            yield return new PicturePrediction(window[i].Name, isBad || !answers.MoveNext() ? null : answers.Current, fault);
        }
    }

    private float[] Probabilities(IReadOnlyList<ImageSource> pictures) => _model.Probabilities(_model.ToScore(pictures, Decode));
}
