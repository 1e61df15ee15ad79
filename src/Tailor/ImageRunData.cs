using Tailor.Data;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Imaging;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Pictures, as references that are decoded when a pass asks for them.</summary>
/// <param name="data">The dataset.</param>
/// <param name="decode">What is refused.</param>
/// <param name="remarks">What was noticed on the way, a sentence each.</param>
internal sealed class ImageRunData(ImageDataset data, DecodeOptions decode, IReadOnlyList<string> remarks) : RunData
{
    private readonly Dictionary<(InputRecipe Input, SplitPart Part, bool Crops), ImageSet> _sets = [];

    /// <inheritdoc/>
    public override LabelledDataset Set => data;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Remarks => remarks;

    /// <summary>Loads a dataset; bad pictures are looked for, and left out, only when that is asked for.</summary>
    /// <param name="request">Where the pictures are, and how they are read.</param>
    /// <exception cref="InputException">They are missing or faulty.</exception>
    public static ImageRunData Of(RunRequest request)
    {
        ImageDataset Load(string path) => ImageDataset.Load(path, request.ImageOptions);
        ImageDataset data = request.FurtherData.Count == 0 ? Load(request.Data) : ImageDataset.Join([.. request.FurtherData.Prepend(request.Data).Select(path => (NameOf(path), Load(path)))]);
        DecodeOptions decode = request.MaxPixels is { } most ? new DecodeOptions { MaxPixels = most } : new DecodeOptions();
        if (!request.SkipBadImages)
        {
            return new ImageRunData(data, decode, []);
        }

        var bad = data.FindBadPictures(decode);
        return bad.Count == 0
            ? new ImageRunData(data, decode, [])
            : new ImageRunData(data.Without(bad), decode, [$"{bad.Count} bad {(bad.Count == 1 ? "picture is" : "pictures are")} left out:", .. bad.Select(b => b.Picture.Reason)]);
    }

    /// <inheritdoc/>
    public override ClassifierModel LoadModel(TrainRequest request, Recipe recipe, Verbalizer? verbalizer) =>
        ImageModel.Load(request.Model, recipe, data.Labels.Count, request.Seed, ComputeDevice.Find(request.Device));

    /// <inheritdoc/>
    public override LabelledExamples Part(ClassifierModel model, SplitPart part) => new(Examples((ImageModel)model, part, crops: false), data.LabelIds(part));

    /// <inheritdoc/>
    public override LabelledExamples ToScore(ClassifierModel model) => new(Examples((ImageModel)model, Scored, model.Recipe.Input.FiveCrop), data.LabelIds(Scored));

    /// <inheritdoc/>
    public override AugmentedSet? Augmented(RunRequest request, Recipe recipe) => request.Augmented is null && recipe.Stages.All(stage => stage.Data == StageData.Train)
        ? null
        : throw new InputException($"recipe '{recipe.Name}' reads pictures, and augmented rows are texts; pictures are changed by input.augmentation");

    /// <inheritdoc/>
    public override LabelledExamples Read(ClassifierModel model, AugmentedSet augmented) => throw new InvalidOperationException("Pictures have no augmented rows.");

    /// <summary>A small JPEG of a picture.</summary>
    /// <param name="part">Its part.</param>
    /// <param name="index">Its place in the part.</param>
    /// <exception cref="InputException">It can no longer be decoded.</exception>
    public byte[] Thumbnail(SplitPart part, int index) => Imaging.Thumbnail.Encode(data.Examples(part)[index].Source.Load(decode));

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private ImageSet Examples(ImageModel model, SplitPart part, bool crops)
    {
        var key = (model.Recipe.Input, part, crops);
        lock (_sets)
        {
            if (!_sets.TryGetValue(key, out ImageSet? set))
            {
                set = model.Read([.. data.Examples(part).Select(example => example.Source)], decode, part == SplitPart.Train ? model.Augmentation : null, crops ? model.FiveCrop : null);
                _sets.Add(key, set);
            }

            return set;
        }
    }
}
