namespace Tailor.Imaging;

/// <summary>A colour of 8 bits a channel.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
public readonly record struct PixelColor(byte Red, byte Green, byte Blue);
