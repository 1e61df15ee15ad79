using Tailor.Data;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A dataset in memory, with what runs on it can share, several at once too: the examples as a model reads them, and the states of layers that do not train.</summary>
internal abstract class RunData : IDisposable
{
    /// <summary>The dataset.</summary>
    public abstract LabelledDataset Set { get; }

    /// <summary>The states of layers that do not train, for all runs on it.</summary>
    public FrozenStatePool Frozen { get; } = new();

    /// <summary>What is scored at the end: test, else dev; may be empty. With neither there is nothing to score on; the training examples would only flatter.</summary>
    public SplitPart Scored => Set.Count(SplitPart.Test) > 0 ? SplitPart.Test : SplitPart.Dev;

    /// <summary>What is scored at the end, in words.</summary>
    public string ScoredName => Scored == SplitPart.Test ? "test" : "dev";

    /// <summary>What was noticed while loading that is no note of the dataset's, a sentence each.</summary>
    public virtual IReadOnlyList<string> Remarks => [];

    /// <summary>Loads what recipes of one kind of input read.</summary>
    /// <param name="request">Where the data are, and how they are read.</param>
    /// <param name="pictures">Whether they are pictures, not texts.</param>
    /// <param name="numbers">Whether numbers are predicted.</param>
    /// <exception cref="InputException">The data are missing or faulty.</exception>
    public static RunData Load(RunRequest request, bool pictures, bool numbers = false)
    {
        if (DataContent.KindOf(request.Data, request.ImageOptions, request.DataOptions.Table) == (pictures ? DataKind.Texts : DataKind.Pictures))
        {
            throw new InputException(pictures
                ? $"{request.Data}: these are texts, and the recipe reads pictures; take a recipe of texts such as cls-tanh, or name the column of paths with --path-column"
                : $"{request.Data}: these are pictures, and the recipe reads texts; take a recipe of pictures such as lift, or name the column of texts with --text-column");
        }

        return pictures ? ImageRunData.Of(request) : new TextRunData(TextDataset.Load(request.Data, request.DataOptions with { Numbers = numbers }));
    }

    /// <summary>Loads a run's model.</summary>
    /// <param name="request">The run.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="verbalizer">The classes' words, or null.</param>
    /// <exception cref="InputException">The model is damaged, or does not fit the recipe.</exception>
    public abstract ClassifierModel LoadModel(TrainRequest request, Recipe recipe, Verbalizer? verbalizer);

    /// <summary>A part as a model reads it, made when it is first asked for.</summary>
    /// <param name="model">The model; every caller's reads the same directory.</param>
    /// <param name="part">The part.</param>
    public abstract LabelledExamples Part(ClassifierModel model, SplitPart part);

    /// <summary>What is scored at the end, as the last scoring reads it.</summary>
    /// <param name="model">The model.</param>
    public virtual LabelledExamples ToScore(ClassifierModel model) => Part(model, Scored);

    /// <summary>The augmented rows of a recipe that trains on such; null for others.</summary>
    /// <param name="request">The run.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <exception cref="InputException">They are missing, faulty, or asked for in vain.</exception>
    public abstract AugmentedSet? Augmented(RunRequest request, Recipe recipe);

    /// <summary>Augmented rows as a model reads them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="augmented">The rows.</param>
    public abstract LabelledExamples Read(ClassifierModel model, AugmentedSet augmented);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Frozen.Dispose();
}
