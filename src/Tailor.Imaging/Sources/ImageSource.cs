using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Where a picture is: a reference that decodes it when asked, and holds no pixels of its own.</summary>
public abstract class ImageSource
{
    /// <summary>What to call it in messages: the file, and the place within it.</summary>
    public abstract string Name { get; }

    /// <summary>How it is stored, as its first bytes say: <c>PNG</c>, <c>JPEG</c>, <c>WebP</c>, <c>BMP</c>, <c>GIF</c>, or <c>plain pixels</c>; <c>other</c> when it is none of these.</summary>
    /// <exception cref="InputException">Its file cannot be opened.</exception>
    public abstract string Kind { get; }

    /// <summary>Decodes the picture.</summary>
    /// <param name="options">What is refused and how colours are taken; null for the defaults.</param>
    /// <exception cref="InputException">It cannot be decoded; one line that names it.</exception>
    public abstract Picture Load(DecodeOptions? options = null);

    /// <summary>SHA-256 of the picture as it is stored: 32 bytes. A picture that changed has another.</summary>
    /// <exception cref="InputException">Its file cannot be read.</exception>
    public abstract byte[] ContentHash();

    /// <inheritdoc/>
    public sealed override string ToString() => Name;
}
