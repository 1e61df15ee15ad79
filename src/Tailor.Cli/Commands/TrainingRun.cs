using System.Text.Json.Nodes;
using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary>One training run with its progress, its report and the way to continue it when it is stopped.</summary>
internal static class TrainingRun
{
    /// <summary>Runs, and prints the scores.</summary>
    public static int Do(Session session, string title, bool json, Func<IProgress<TrainingEvent>, CancellationToken, RunResult> work, string? advice = null)
    {
        RunResult result = Run(session, title, work, advice: advice);
        if (json)
        {
            JsonOutput.Write(session, new JsonObject
            {
                ["run"] = result.Folder,
                ["model"] = ModelOf(result.Folder),
                ["best_step"] = result.BestStep,
                ["best_dev_score"] = result.BestScore,
                ["split"] = result.Scores is null ? null : result.ScoredSplit,
                ["scores"] = result.Scores is null ? null : JsonNode.Parse(result.Scores.ToJson()),
            });
            return 0;
        }

        if (result.Scores is not null)
        {
            session.Out.WriteLine($"Scores on {result.ScoredSplit}:");
            session.Out.WriteLine();
            session.Out.WriteLine(result.Scores.ToText());
        }

        bool pictures = TunedModel.ReadDescription(ModelOf(result.Folder)).Recipe.Input.ReadsPictures;
        session.Say($"The report is {new RunFolder(result.Folder).Report}, the model to deploy is in {ModelOf(result.Folder)}. Try: tailor predict {result.Folder} {(pictures ? "--image FILE" : "--text \"...\"")}");
        return 0;
    }

    /// <summary>Runs, shows progress, and turns a stop into an exit code and a word on how to continue.</summary>
    /// <exception cref="InterruptedException">The run was stopped by a signal.</exception>
    public static RunResult Run(Session session, string title, Func<IProgress<TrainingEvent>, CancellationToken, RunResult> work, string? resume = null, string? advice = null)
    {
        using var interruption = new Interruption(session);
        RunResult result = ProgressSurface.Run(session, surface => work(new TrainingProgress(surface, title, advice), interruption.Token));
        return result.Stopped
            ? throw new InterruptedException($"stopped; continue with: {resume ?? $"tailor train --resume {result.Folder}"}", interruption.ExitCode)
            : result;
    }

    private static string ModelOf(string folder) => Path.Combine(folder, "model");
}
