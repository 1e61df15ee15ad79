using System.Diagnostics;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Tuning;

namespace Tailor;

/// <summary>The first steps of a run, on a model that is thrown away and in a folder that goes again: what a comparison measures before it decides how many runs it does at once.</summary>
/// <param name="request">The run.</param>
/// <param name="recipe">Its recipe.</param>
/// <param name="verbalizer">Its label words, or null.</param>
/// <param name="augmented">Its augmented rows, or null.</param>
/// <param name="data">The dataset.</param>
internal sealed class FirstSteps(TrainRequest request, Recipe recipe, Verbalizer? verbalizer, AugmentedSet? augmented, RunData data)
{
    /// <summary>Steps before the clock starts: they take memory that later ones have.</summary>
    private const int Warmup = 2;

    /// <summary>The fewest steps that say something.</summary>
    private const int Fewest = 3;

    /// <summary>Bytes of each number that trains: the weight, its gradient, two moments and the best weight so far.</summary>
    private const int BytesANumber = 20;

    /// <summary>Whether everything trains in the first stage.</summary>
    public bool TrainsAll => recipe.Stages[0].Train == TrainScope.All;

    /// <summary>Times steps on the calling thread, with as many of libtorch's threads as it has.</summary>
    /// <param name="steps">How many; null: at least <see cref="Fewest"/>, and as many as fit into <paramref name="least"/>.</param>
    /// <param name="least">The time to fill.</param>
    /// <param name="ready">Called when the clock is about to start.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The seconds of each step, and the bytes of a run's model and optimizer; null when the first stage has too few steps or diverges.</returns>
    public (double[] Seconds, long Bytes)? Time(int? steps, TimeSpan least, Action ready, CancellationToken stop)
    {
        using ClassifierModel model = data.LoadModel(request, recipe, verbalizer);
        string path = Directory.CreateTempSubdirectory("tailor-steps").FullName;
        var timer = new Timer(steps, least, ready);
        try
        {
            new TrainingLoop(Runs.Task(model, recipe, data, augmented, request), recipe.Stages, new RunFolder(path), new LoopOptions { Seed = request.Seed, CheckpointEvery = int.MaxValue }, timer).Run(stop);
            return null;
        }
        catch (EnoughException)
        {
            return timer.Seconds.Count >= Fewest ? ([.. timer.Seconds], model.Parameters.Sum(p => p.Count) * BytesANumber) : null;
        }
        catch (TrainingDivergedException)
        {
            return null;
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private sealed class Timer(int? steps, TimeSpan least, Action ready) : IProgress<TrainingEvent>
    {
        private readonly Stopwatch _clock = new();
        private double _taken;

        public List<double> Seconds { get; } = [];

        public void Report(TrainingEvent value)
        {
            if (value is not StepDone step)
            {
                return;
            }

            if (step.Step == Warmup)
            {
                ready();
                _clock.Start();
                return;
            }

            if (step.Step > Warmup)
            {
                double now = _clock.Elapsed.TotalSeconds;
                Seconds.Add(now - _taken);
                _taken = now;
            }

            if (step.Step == step.TotalSteps || Seconds.Count == steps || (steps is null && Seconds.Count >= Fewest && _taken >= least.TotalSeconds))
            {
                throw new EnoughException();
            }
        }
    }

    /// <summary>Ends the loop without the checkpoint that a stopped run leaves.</summary>
    private sealed class EnoughException : Exception;
}
