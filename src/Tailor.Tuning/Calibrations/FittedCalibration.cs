using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// What a recipe's calibrations come to once they are fitted. Where the head has a last layer (a cosine head has none: its rows know neither length nor bias) and no class means stand in its place, the change is folded into that layer when the model is saved; otherwise it is kept beside the
/// weights in <c>calibration.safetensors</c>: <c>score_scale</c> and <c>score_shift</c>, float64 [classes], and of class means <c>class_means</c> (by Euclid's distance <c>class_centres</c>), float32 [classes, width], and <c>class_mean_scale</c>, float64 [1].
/// </summary>
/// <param name="Change">The change of scores.</param>
/// <param name="Means">The class means that score in the place of the last layer, or null.</param>
public sealed record FittedCalibration(ScoreChange Change, NearestClassMean? Means = null)
{
    private const string File = "calibration.safetensors", Scale = "score_scale", Shift = "score_shift", MeansName = "class_means", CentresName = "class_centres", MeanScale = "class_mean_scale";

    /// <summary>Whether a recipe's calibrations cannot be folded into the head.</summary>
    /// <param name="recipe">The recipe.</param>
    public static bool StandsBeside(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Calibrations.Any(c => c.Kind == CalibrationKind.Ncm) || (recipe.Head.Kind is HeadKind.Mlm or HeadKind.Cosine && recipe.Calibrations.Count > 0);
    }

    /// <summary>Writes it into a model directory.</summary>
    /// <param name="directory">The directory.</param>
    public void Write(string directory)
    {
        using DisposeScope scope = NewDisposeScope();
        List<KeyValuePair<string, Tensor>> tensors = [new(Scale, tensor(Change.Scale.ToArray())), new(Shift, tensor(Change.Shift.ToArray()))];
        if (Means is not null)
        {
            int classes = Change.Scale.Count;
            tensors.Add(new(Means.Distance == ClassMeanDistance.Cosine ? MeansName : CentresName, tensor(Means.Means.ToArray(), [classes, Means.Means.Count / classes])));
            tensors.Add(new(MeanScale, tensor(new[] { Means.Scale })));
        }

        SafetensorsWriter.Write(Path.Combine(directory, File), tensors);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="directory">The model directory.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="width">Width of the head's features when there are to be class means, else null.</param>
    /// <exception cref="InputException">The file is missing or damaged, or belongs to another model.</exception>
    public static FittedCalibration Read(string directory, int classes, int? width)
    {
        string path = Path.Combine(directory, File);
        if (!System.IO.File.Exists(path))
        {
            throw new InputException($"{path}: not found, and the recipe's calibration is kept there; the directory is incomplete, copy it again");
        }

        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Tensor Values(string name, ScalarType type, params long[] shape) => file.Entries.TryGetValue(name, out SafetensorsEntry? entry) && entry.Shape.SequenceEqual(shape) && !file.HasNonFinite(name)
            ? file.Read(name).to(type)
            : throw InputException.At(path, "missing, of another shape, or not finite", $"expected [{string.Join(", ", shape)}]; the file is damaged or belongs to another model, copy the directory again", field: name);
        double[] Doubles(string name, long count) => Values(name, ScalarType.Float64, count).data<double>().ToArray();
        bool euclidean = file.Entries.ContainsKey(CentresName);
        return new FittedCalibration(
            new ScoreChange(Doubles(Scale, classes), Doubles(Shift, classes)),
            width is { } wide
                ? new NearestClassMean(
                    Values(euclidean ? CentresName : MeansName, ScalarType.Float32, classes, wide).data<float>().ToArray(), classes, Doubles(MeanScale, 1)[0], euclidean ? ClassMeanDistance.Euclidean : ClassMeanDistance.Cosine)
                : null);
    }
}
