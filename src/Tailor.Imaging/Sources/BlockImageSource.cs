using System.Security.Cryptography;

namespace Tailor.Imaging;

/// <summary>A picture that lies with many in one file.</summary>
public sealed class BlockImageSource : ImageSource
{
    internal BlockImageSource(PixelBlock block, int index) => (Block, Index) = (block, index);

    /// <summary>The pictures it lies with.</summary>
    public PixelBlock Block { get; }

    /// <summary>Its place among them, from 0.</summary>
    public int Index { get; }

    /// <inheritdoc/>
    public override string Name => $"{Block.Name}[{Index}]";

    /// <inheritdoc/>
    public override string Kind => "plain pixels";

    /// <inheritdoc/>
    public override Picture Load(DecodeOptions? options = null) => Block.Decode(Index);

    /// <inheritdoc/>
    public override byte[] ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([.. BitConverter.GetBytes(Block.Height), .. BitConverter.GetBytes(Block.Width), (byte)Block.Layout]);
        hash.AppendData(Block.Bytes(Index));
        return hash.GetHashAndReset();
    }
}
