using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>Reads tokenizer files whole, but none that is larger than a tokenizer's file can be.</summary>
internal static class BoundedFile
{
    private const long MaxBytes = 256L << 20;

    /// <summary>The content of a file.</summary>
    /// <exception cref="InputException">The file is missing, unreadable or larger than 256 MiB.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaxBytes)
            {
                throw InputException.At(path, $"the file has {stream.Length} bytes", $"a tokenizer file has at most {MaxBytes}; check that this is the right file");
            }

            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the file cannot be read ({fault.Message.TrimEnd('.')}); give the path of a readable file", fault);
        }
    }
}
