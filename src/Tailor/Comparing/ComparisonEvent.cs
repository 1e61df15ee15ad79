using Tailor.Tuning;

namespace Tailor;

/// <summary>Something that happened during a comparison, for whoever shows progress.</summary>
public abstract record ComparisonEvent;

/// <summary>It is known what is to be done.</summary>
/// <param name="Entries">The rows of this call.</param>
/// <param name="Runs">Runs that this call will do.</param>
public sealed record ComparisonPlanned(IReadOnlyList<PlannedEntry> Entries, int Runs) : ComparisonEvent;

/// <summary>A row as a call finds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seeds">Runs it is to have.</param>
/// <param name="Finished">Those that are finished already.</param>
public sealed record PlannedEntry(string Name, int Seeds, IReadOnlyList<FinishedRun> Finished);

/// <summary>A run begins, or goes on; others may be at work beside it.</summary>
/// <param name="Entry">The row.</param>
/// <param name="Seed">Its seed; null of a deterministic entry.</param>
/// <param name="Number">Which run of this call, from 1.</param>
/// <param name="Runs">Runs of this call.</param>
public sealed record RunStarted(string Entry, long? Seed, int Number, int Runs) : ComparisonEvent;

/// <summary>Something happened within a run.</summary>
/// <param name="Number">Which run of this call; 0 for what belongs to none.</param>
/// <param name="Event">What.</param>
public sealed record RunAdvanced(int Number, TrainingEvent Event) : ComparisonEvent;

/// <summary>A run is finished.</summary>
/// <param name="Entry">The row.</param>
/// <param name="Run">The run.</param>
/// <param name="Number">Which run of this call.</param>
public sealed record RunFinished(string Entry, FinishedRun Run, int Number) : ComparisonEvent;

/// <summary>A run diverged; the others go on.</summary>
/// <param name="Failure">Which, and why.</param>
/// <param name="Number">Which run of this call.</param>
public sealed record RunDiverged(FailedRun Failure, int Number) : ComparisonEvent;

/// <summary>A run that cannot come to its end.</summary>
/// <param name="Entry">The row.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record FailedRun(string Entry, long Seed, string Reason);
