namespace Tailor.Imaging;

/// <summary>What a look at a picture found.</summary>
/// <param name="Height">Rows, as decoded; 0 when it is bad.</param>
/// <param name="Width">Columns, as decoded; 0 when it is bad.</param>
/// <param name="Kind">How it is stored (<see cref="ImageSource.Kind"/>); empty when it is bad.</param>
/// <param name="Content">128 bits of the SHA-256 of its stored content; null when it cannot be read.</param>
/// <param name="Fault">One line that says what is wrong with it and what to do; null when it is good.</param>
public readonly record struct PictureFacts(int Height, int Width, string Kind, UInt128? Content, string? Fault);
