namespace Tailor.Imaging;

/// <summary>A picture that cannot be decoded.</summary>
/// <param name="Index">Its index among the sources.</param>
/// <param name="Name">Its file, or its place in one.</param>
/// <param name="Reason">One line that says what is wrong and what to do; it begins with the name.</param>
public sealed record BadPicture(int Index, string Name, string Reason);
