using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary>Shows a training run: tokens a second, time left, the loss now and the best dev score.</summary>
/// <param name="surface">Where to show it.</param>
/// <param name="title">What runs, before the stage's number.</param>
/// <param name="advice">What is said when training begins, once; or null.</param>
internal sealed class TrainingProgress(ProgressSurface surface, string title, string? advice = null) : IProgress<TrainingEvent>
{
    private const double LossMemory = 0.98;

    private StageStarted _stage = new(1, 1, 0, 1, 0, 0);
    private StepDone? _step;
    private Evaluated? _best;
    private double? _loss;
    private long _tokens;
    private string? _advice = advice;

    /// <summary>Takes an event; called by the training thread.</summary>
    public void Report(TrainingEvent value)
    {
        switch (value)
        {
            case StageStarted started:
                if (_advice is not null)
                {
                    surface.Line(_advice);
                    _advice = null;
                }

                (_stage, _step, _best, _loss, _tokens) = (started, null, null, null, 0);
                double share = started.AllParameters == 0 ? 1 : (double)started.TrainableParameters / started.AllParameters;
                string resumed = started.FirstStep > 0 ? $", from step {started.FirstStep}" : "";
                surface.Line($"{title}: stage {started.Stage} of {started.Stages}, {started.TotalSteps} steps{resumed}; {Magnitude.Of(started.TrainableParameters)} of {Magnitude.Of(started.AllParameters)} parameters train ({share:P1})");
                break;
            case StepDone step:
                _step = step;
                _tokens += step.Tokens;
                _loss = _loss is { } before ? (LossMemory * before) + ((1 - LossMemory) * step.Loss) : step.Loss;
                surface.Update(_stage.Stages > 1 ? $"{title} {_stage.Stage}/{_stage.Stages}" : title, (double)step.Step / step.TotalSteps, Status);
                break;
            case Evaluated evaluated:
                if (evaluated.Improved || _best is null)
                {
                    _best = evaluated;
                }

                break;
            case Remark remark:
                surface.Line(remark.Text);
                break;
        }
    }

    private string Status()
    {
        if (_step is not { } step)
        {
            return "";
        }

        double seconds = Math.Max(1e-3, step.Elapsed.TotalSeconds);
        double done = Math.Max(1, step.Step - _stage.FirstStep);
        TimeSpan left = TimeSpan.FromSeconds((step.TotalSteps - step.Step) * seconds / done);
        string best = _best is { } score ? $"  best {score.Metric} {score.Best:F4}" : "";
        return $"step {step.Step}/{step.TotalSteps}  {Magnitude.Of(_tokens / seconds)} tokens/s  {Magnitude.Duration(left)} left  loss {_loss:F3}{best}";
    }
}
