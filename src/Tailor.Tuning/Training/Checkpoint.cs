using System.Text.Json;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// The resumable state of a run: <c>state.safetensors</c> holds every parameter, the optimizer's state and, in its header, a <see cref="TrainingState"/>;
/// <c>best.safetensors</c> the parameters of the best evaluation. The best is written first: if the process dies in between, the resumed run reaches the same best again.
/// </summary>
/// <param name="folder">The checkpoint folder.</param>
public sealed class Checkpoint(string folder)
{
    private const string StateKey = "tailor_state", BestPrefix = "", ParameterPrefix = "parameter.", OptimizerPrefix = "optimizer.", StagePrefix = "stage.";

    private string StateFile => Path.Combine(folder, "state.safetensors");

    private string BestFile => Path.Combine(folder, "best.safetensors");

    /// <summary>Whether there is a state to resume.</summary>
    public bool Exists => File.Exists(StateFile);

    /// <summary>Writes the state.</summary>
    /// <param name="state">Where the run stands.</param>
    /// <param name="parameters">Every parameter.</param>
    /// <param name="optimizer">The optimizer in use, or null between stages.</param>
    /// <param name="stage">What the stage in progress needs besides.</param>
    /// <exception cref="InputException">The disk is full or the folder cannot be written; the former state is kept.</exception>
    public void WriteState(TrainingState state, IReadOnlyList<Parameter> parameters, Optimizer? optimizer, IEnumerable<KeyValuePair<string, Tensor>> stage)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var metadata = new Dictionary<string, string> { [StateKey] = JsonSerializer.Serialize(state) };
        IEnumerable<KeyValuePair<string, Tensor>> tensors = Named(parameters, ParameterPrefix);
        if (optimizer is not null)
        {
            tensors = tensors.Concat(optimizer.State.Select(s => new KeyValuePair<string, Tensor>(OptimizerPrefix + s.Key, s.Value)));
        }

        Write(StateFile, tensors.Concat(stage.Select(s => new KeyValuePair<string, Tensor>(StagePrefix + s.Key, s.Value))), metadata);
    }

    /// <summary>Writes the parameters of the best evaluation.</summary>
    /// <param name="best">The parameters' values by name.</param>
    /// <exception cref="InputException">The disk is full or the folder cannot be written; the former best is kept.</exception>
    public void WriteBest(IEnumerable<KeyValuePair<string, Tensor>> best) => Write(BestFile, best, null);

    /// <summary>Reads where the run stands and puts the parameters' values back.</summary>
    /// <param name="parameters">Every parameter.</param>
    /// <returns>The state, and a reader of the optimizer's tensors by name, valid until it is disposed.</returns>
    public (TrainingState State, SafetensorsFile File) ReadState(IReadOnlyList<Parameter> parameters)
    {
        SafetensorsFile file = SafetensorsFile.Open(StateFile);
        try
        {
            TrainingState state = Parse(file.Metadata.GetValueOrDefault(StateKey)) ?? throw InputException.At(StateFile, "holds no training state", "the run cannot be continued; start it again");
            Restore(file, parameters, ParameterPrefix);
            return (state, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Puts the optimizer's state back.</summary>
    /// <param name="file">From <see cref="ReadState"/>.</param>
    /// <param name="optimizer">A new optimizer over the same groups.</param>
    /// <param name="step">Its steps so far.</param>
    public static void RestoreOptimizer(SafetensorsFile file, Optimizer optimizer, long step)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.LoadState(name => file.Entries.ContainsKey(OptimizerPrefix + name) ? file.Read(OptimizerPrefix + name) : null, step);
    }

    /// <summary>A tensor of the stage in progress, or null when there is none of that name.</summary>
    /// <param name="file">From <see cref="ReadState"/>.</param>
    /// <param name="name">Its name.</param>
    public static Tensor? StageTensor(SafetensorsFile file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Entries.ContainsKey(StagePrefix + name) ? file.Read(StagePrefix + name) : null;
    }

    /// <summary>Puts the parameters of the best evaluation back.</summary>
    /// <param name="parameters">Every parameter.</param>
    public void ReadBest(IReadOnlyList<Parameter> parameters)
    {
        using SafetensorsFile file = SafetensorsFile.Open(BestFile);
        Restore(file, parameters, BestPrefix);
    }

    private static TrainingState? Parse(string? json)
    {
        try
        {
            return json is not null && JsonSerializer.Deserialize<TrainingState>(json) is { Stage: >= 0, Step: >= 0, Pass: >= 0, MetricsBytes: >= 0 } state ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(IReadOnlyList<Parameter> parameters, string prefix) =>
        parameters.Select(p => new KeyValuePair<string, Tensor>(prefix + p.Name, p.Value.detach()));

    private void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, Dictionary<string, string>? metadata)
    {
        try
        {
            Directory.CreateDirectory(folder);
            SafetensorsWriter.Write(path, tensors, metadata);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{fault.Message}; {(Exists ? "the former checkpoint is kept" : "there is no checkpoint yet")}: free some space and continue with --resume {Path.GetDirectoryName(folder)}", fault);
        }
    }

    private static void Restore(SafetensorsFile file, IReadOnlyList<Parameter> parameters, string prefix)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var _ = no_grad();
        foreach (Parameter parameter in parameters)
        {
            if (!file.Entries.ContainsKey(prefix + parameter.Name))
            {
                throw new InputException($"the checkpoint has no '{parameter.Name}'; it belongs to another recipe or model");
            }

            using Tensor stored = file.Read(prefix + parameter.Name);
            if (!stored.shape.SequenceEqual(parameter.Value.shape))
            {
                throw new InputException($"the checkpoint's '{parameter.Name}' has shape [{string.Join(", ", stored.shape)}], the model's [{string.Join(", ", parameter.Value.shape)}]; it belongs to another recipe or model");
            }

            parameter.Value.copy_(stored);
        }
    }
}
