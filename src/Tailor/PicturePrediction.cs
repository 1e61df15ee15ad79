namespace Tailor;

/// <summary>A classifier's answer for one picture.</summary>
/// <param name="Name">The picture's file, or its place in one.</param>
/// <param name="Answer">The answer; null when the picture is bad.</param>
/// <param name="Fault">One line that says what is wrong with a bad picture and what to do; null when it is good.</param>
public sealed record PicturePrediction(string Name, Prediction? Answer, string? Fault);
