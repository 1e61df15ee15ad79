namespace Tailor.Evaluation;

/// <summary>A class as reports show it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TrainCount">Its training examples.</param>
/// <param name="Score">How it was found among the scored examples, or null when nothing was scored.</param>
/// <param name="Norm">The Euclidean norm of its row of the trained head, before any calibration, or null when the head has no such row.</param>
public sealed record ReportClass(string Name, int TrainCount, ClassScore? Score = null, double? Norm = null);
