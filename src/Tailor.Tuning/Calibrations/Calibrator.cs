using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Fits a recipe's calibrations to a trained model, one after the other, on features that are computed once. What is learnt comes from the training examples; what is chosen, from the dev examples alone. The result is a pure
/// function of (model, examples, recipe, seed). To add a calibration: its own file, a value of <see cref="CalibrationKind"/>, and a line in <c>Change</c>.
/// </summary>
/// <param name="model">The model as training left it.</param>
/// <param name="recipe">Its recipe; the last stage's metric chooses.</param>
/// <param name="train">The training examples.</param>
/// <param name="dev">The dev examples; may be none unless a calibration chooses by them.</param>
/// <param name="labels">The class names.</param>
/// <param name="rho">Glee's head/tail threshold.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="progress">Told what was chosen, or null.</param>
/// <param name="groups">The bounds between many, medium and few.</param>
public sealed class Calibrator(
    ClassifierModel model, Recipe recipe, LabelledExamples train, LabelledExamples dev, IReadOnlyList<string> labels, double rho, long seed, IProgress<TrainingEvent>? progress, ShotBounds groups = ShotBounds.Oltr)
{
    private readonly int[] _trainCounts = train.Counts(labels.Count);
    private readonly string _metric = recipe.Stages[^1].Metric;
    private ScoreChange _change = ScoreChange.Of([.. labels.Select(_ => 1.0)]);
    private NearestClassMean? _means;
    private Tensor? _devScores;

    private Linear Output => model.Head.Output!;

    /// <summary>Refuses a recipe that chooses on dev examples where there are none.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="devExamples">How many there are.</param>
    /// <exception cref="InputException">It does, and there are none.</exception>
    public static void RequireDev(Recipe recipe, int devExamples)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (devExamples == 0 && recipe.Calibrations.FirstOrDefault(Chooses) is { } calibration)
        {
            string key = calibration.Kind == CalibrationKind.Temperature ? "temperature" : "tau";
            throw new InputException($"recipe '{recipe.Name}': the {key} of calibration {RecipeName.Of(calibration.Kind)} is chosen on the dev split, and there is none; give dev rows (a dev file, or --dev-fraction above 0) or a number in the place of auto");
        }
    }

    /// <summary>Fits the calibrations and puts them in force in the model.</summary>
    /// <param name="stop">Ends it.</param>
    /// <returns>An object for each calibration: its kind, its values, and what else was tried.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="InputException">The metric is undefined on these dev examples.</exception>
    public JsonArray Fit(CancellationToken stop = default)
    {
        var notes = new JsonArray();
        if (recipe.Calibrations.Count == 0)
        {
            return notes;
        }

        RequireDev(recipe, dev.ClassIds.Length);
        try
        {
            foreach (CalibrationRecipe calibration in recipe.Calibrations)
            {
                using DisposeScope scope = NewDisposeScope();
                var note = new JsonObject { ["kind"] = RecipeName.Of(calibration.Kind) };
                _change = _change.Then(Change(calibration, note, stop));
                notes.Add((JsonNode)note);
            }
        }
        finally
        {
            _devScores?.Dispose();
        }

        model.Fitted = new FittedCalibration(_change, _means);
        return notes;
    }

    private static bool Chooses(CalibrationRecipe calibration) => calibration is { Kind: CalibrationKind.TauNorm or CalibrationKind.LogitAdjustment, Tau: null } or { Kind: CalibrationKind.Temperature, Temperature: null };

    private ScoreChange Change(CalibrationRecipe calibration, JsonObject note, CancellationToken stop)
    {
        ScoreChange none = ScoreChange.Of([.. labels.Select(_ => 1.0)]);
        switch (calibration.Kind)
        {
            case CalibrationKind.EtaNorm:
                note["eta"] = calibration.Eta;
                return EtaNorm.Change(model.Head, calibration.Eta);
            case CalibrationKind.TauNorm:
                return Tau(calibration, note, TauNorm.Grid, tau => TauNorm.Change(model.Head, tau));
            case CalibrationKind.LogitAdjustment:
                return Tau(calibration, note, LogitAdjustment.Grid, tau => LogitAdjustment.Change(_trainCounts, tau));
            case CalibrationKind.Temperature:
                double temperature = calibration.Temperature ?? BestTemperature(note);
                note["temperature"] = temperature;
                return TemperatureScaling.Change(labels.Count, temperature);
            case CalibrationKind.Ncm:
                _means = NearestClassMean.Of(model.Features(train.Examples, stop: stop), Ids(train.ClassIds), labels.Count, calibration.Scale, calibration.Distance);
                note["scale"] = calibration.Scale;
                return none;
            case CalibrationKind.Crt:
                Say($"calibration crt: a new last layer, {calibration.Epochs} epochs on {train.ClassIds.Length} frozen features");
                ClassifierRetraining.Fit(calibration, recipe.Head, Output, model.Features(train.Examples, stop: stop), train.ClassIds, seed, stop);
                note["epochs"] = calibration.Epochs;
                return none;
            case CalibrationKind.Lws:
                ScoreChange scales = LearnedScales.Fit(calibration, Classified(model.Features(train.Examples, stop: stop)), train.ClassIds, seed, stop);
                Say($"calibration lws: scales from {scales.Scale.Min():F3} to {scales.Scale.Max():F3}");
                note["scales"] = new JsonArray([.. scales.Scale.Select(scale => (JsonNode)scale)]);
                return scales;
            default:
                throw new InvalidOperationException($"{calibration.Kind} is no calibration.");
        }
    }

    private ScoreChange Tau(CalibrationRecipe calibration, JsonObject note, IReadOnlyList<double> grid, Func<double, ScoreChange> change)
    {
        double tau = calibration.Tau ?? BestTau(calibration, note, grid, change);
        note["tau"] = tau;
        return change(tau);
    }

    /// <summary>The value of the best dev score, the smallest among equals.</summary>
    private double BestTau(CalibrationRecipe calibration, JsonObject note, IReadOnlyList<double> grid, Func<double, ScoreChange> change)
    {
        (double Value, double Score)[] tried = [.. grid.Select(value => (value, Score: DevScore(_change.Then(change(value))))).Where(point => double.IsFinite(point.Score))];
        if (tried.Length == 0)
        {
            throw new InputException($"the metric {_metric}, by which tau is chosen, is undefined on these dev rows; choose another with --set stages.{recipe.Stages.Count - 1}.metric=macro_f1, or give tau a number");
        }

        (double best, double score) = Metric.HigherIsBetter(_metric) ? tried.MaxBy(point => point.Score) : tried.MinBy(point => point.Score);
        Say($"calibration {RecipeName.Of(calibration.Kind)}: tau {best} by dev {_metric} {score:F4} (tried {string.Join(", ", tried.Select(point => $"{point.Value}: {point.Score:F4}"))})");
        note["chosen_on"] = "dev";
        note["metric"] = _metric;
        note["tried"] = new JsonArray([.. tried.Select(point => (JsonNode)new JsonObject { ["tau"] = point.Value, ["score"] = point.Score })]);
        return best;
    }

    private double BestTemperature(JsonObject note)
    {
        Tensor scores = _change.Apply(DevScores()), gold = Ids(dev.ClassIds);
        double best = TemperatureScaling.Fit(scores, gold), before = TemperatureScaling.LogLoss(scores, gold, 1), after = TemperatureScaling.LogLoss(scores, gold, best);
        Say($"calibration temperature: {best:F4} by dev log_loss {after:F4}, before {before:F4}");
        note["chosen_on"] = "dev";
        note["log_loss_before"] = before;
        note["log_loss_after"] = after;
        return best;
    }

    private double DevScore(ScoreChange change)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] probabilities = F.softmax(change.Apply(DevScores()), 1).cpu().data<float>().ToArray();
        return Metric.Of(_metric, EvaluationReport.Of(labels, dev.ClassIds, Classes.ArgMax(probabilities, labels.Count), probabilities, _trainCounts, rho, groups)) ?? double.NaN;
    }

    /// <summary>The scores of the dev examples before any change of scores.</summary>
    private Tensor DevScores()
    {
        if (_devScores is null)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor features = model.Features(dev.Examples);
            _devScores = (_means?.Scores(features) ?? Classified(features)).DetachFromDisposeScope();
        }

        return _devScores;
    }

    private Tensor Classified(Tensor features)
    {
        using var _ = no_grad();
        return model.Head.Classify(features);
    }

    private Tensor Ids(int[] classes) => tensor(classes.Select(id => (long)id).ToArray(), device: model.Device);

    private void Say(string text) => progress?.Report(new Remark(text));
}
