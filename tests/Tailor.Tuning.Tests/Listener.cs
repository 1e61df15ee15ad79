namespace Tailor.Tuning.Tests;

/// <summary>Hears events on the training thread, at once; <see cref="Progress{T}"/> would post them elsewhere.</summary>
internal sealed class Listener(Action<TrainingEvent> hear) : IProgress<TrainingEvent>
{
    public void Report(TrainingEvent value) => hear(value);
}
