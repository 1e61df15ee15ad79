using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>Turns examples into the vectors of a pretrained sentence encoder.</summary>
/// <param name="examples">The examples, at least one.</param>
/// <returns>Examples x width, row-major.</returns>
public delegate float[] SentenceEncoder(IReadOnlyList<TextExample> examples);

/// <summary>A data set as baselines read it: the classes that can be learnt, and features that are made once for all methods.</summary>
public sealed class BaselineInput
{
    private readonly Lazy<Timed<Parts<SparseRows>>> _terms;
    private readonly Lazy<Timed<Parts<float[]>>> _embeddings;

    /// <summary>Takes a data set.</summary>
    /// <param name="data">The data.</param>
    /// <param name="seed">Seeds what is random in a method.</param>
    /// <param name="encoder">A pretrained encoder, or null.</param>
    public BaselineInput(TextDataset data, long seed = 42, SentenceEncoder? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        (Data, Seed, Encoder) = (data, seed, encoder);
        Classes = [.. Enumerable.Range(0, data.Labels.Count).Where(c => data.TrainCounts[c] > 0)];
        int[] places = new int[data.Labels.Count];
        for (int place = 0; place < Classes.Count; place++)
        {
            places[Classes[place]] = place;
        }

        TrainLabels = [.. data.LabelIds(data.Train).Select(c => places[c])];
        (TermUnit unit, string why) = TermUnitChoice.Of(data.Train.Select(Text));
        Terms = new TfidfOptions(unit, Sublinear: true);
        TermsNote = why;
        _terms = new(() => Timed.Of(() =>
        {
            var vectorizer = TfidfVectorizer.Fit([.. data.Train.Select(Text)], Terms, out SparseRows train);
            return new Parts<SparseRows>(train, vectorizer.Transform([.. data.Dev.Select(Text)]), vectorizer.Transform([.. data.Test.Select(Text)]));
        }));
        _embeddings = new(() => Timed.Of(Embed));
    }

    /// <summary>The data.</summary>
    public TextDataset Data { get; }

    /// <summary>Seeds what is random in a method.</summary>
    public long Seed { get; }

    /// <summary>The pretrained encoder, or null.</summary>
    public SentenceEncoder? Encoder { get; }

    /// <summary>How texts become terms: characters where the training texts are mostly of scripts written without spaces, else words; sublinear counts.</summary>
    public TfidfOptions Terms { get; }

    /// <summary>Why <see cref="Terms"/> are words or characters.</summary>
    internal string TermsNote { get; }

    /// <summary>The ids of the classes with training examples; no other class is ever predicted.</summary>
    internal IReadOnlyList<int> Classes { get; }

    /// <summary>The place in <see cref="Classes"/> of each training example's class.</summary>
    internal int[] TrainLabels { get; }

    /// <summary>TF-IDF rows of the three parts. A pair's texts are joined by a blank.</summary>
    internal Timed<Parts<SparseRows>> TermRows => _terms.Value;

    /// <summary>The encoder's vectors of the three parts, standardised by the mean and deviation of train.</summary>
    internal Timed<Parts<float[]>> Embeddings => _embeddings.Value;

    /// <summary>The weight of an example by its class's place: 1, or examples / (classes x examples of the class), scikit-learn's <c>class_weight="balanced"</c>.</summary>
    internal double Weight(int place, bool balanced) => balanced ? (double)TrainLabels.Length / ((double)Classes.Count * Data.TrainCounts[Classes[place]]) : 1;

    /// <summary>Places in <see cref="Classes"/> as class ids.</summary>
    internal int[] Ids(int[] places) => [.. places.Select(place => Classes[place])];

    /// <summary>Probabilities of <see cref="Classes"/> as those of all classes; the others have none.</summary>
    internal float[] OfAllClasses(float[] probabilities)
    {
        int rows = probabilities.Length / Classes.Count, all = Data.Labels.Count;
        float[] wide = new float[rows * all];
        for (int i = 0; i < probabilities.Length; i++)
        {
            wide[(i / Classes.Count * all) + Classes[i % Classes.Count]] = probabilities[i];
        }

        return wide;
    }

    private static string Text(TextExample example) => example.Pair is null ? example.Text : $"{example.Text} {example.Pair}";

    private Parts<float[]> Embed()
    {
        SentenceEncoder encoder = Encoder ?? throw new InputException("a probe reads the vectors of a pretrained encoder; give its directory with --model, or leave the probes out");
        float[] all = encoder([.. Data.Train, .. Data.Dev, .. Data.Test]);
        int width = all.Length / (Data.Train.Count + Data.Dev.Count + Data.Test.Count), dev = Data.Train.Count * width, test = dev + (Data.Dev.Count * width);
        var scale = Standardization.Of(all.AsSpan(0, dev), width);
        return new Parts<float[]>(scale.Apply(all.AsSpan(0, dev)), scale.Apply(all.AsSpan(dev, test - dev)), scale.Apply(all.AsSpan(test)));
    }
}
