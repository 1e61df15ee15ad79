using System.Security.Cryptography;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>A picture in a file of its own.</summary>
/// <param name="path">The file.</param>
public sealed class FileImageSource(string path) : ImageSource
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public override string Name => Path;

    /// <inheritdoc/>
    public override string Kind => PictureDecoder.KindOf(Path) ?? "other";

    /// <inheritdoc/>
    public override Picture Load(DecodeOptions? options = null) => PictureDecoder.Decode(Path, options);

    /// <inheritdoc/>
    public override byte[] ContentHash()
    {
        using FileStream stream = BoundedFile.Open(Path);
        try
        {
            return SHA256.HashData(stream);
        }
        catch (IOException fault)
        {
            throw new InputException($"{Path}: cannot be read ({fault.Message}); check the disk and copy the file again", fault);
        }
    }
}
