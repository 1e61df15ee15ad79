namespace Tailor.Foundation;

/// <summary>Opens files of the user's, and reads them whole when they are not too long.</summary>
public static class BoundedFile
{
    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLength">The longest allowed, in bytes.</param>
    /// <param name="what">What the file should be, for messages: "a picture".</param>
    /// <param name="remedy">What to do about a file that is too long.</param>
    /// <exception cref="InputException">It is missing, is a folder, cannot be read, or is too long.</exception>
    public static byte[] Read(string path, long maxLength, string what, string remedy = "make it smaller or raise the limit")
    {
        try
        {
            using FileStream stream = Open(path);
            if (stream.Length > Math.Min(maxLength, Array.MaxLength))
            {
                throw InputException.At(path, $"{stream.Length:N0} bytes", $"{what} may have at most {Math.Min(maxLength, Array.MaxLength):N0}: {remedy}");
            }

            byte[] content = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            stream.ReadExactly(content);
            return content;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({fault.Message}); check the disk and copy the file again", fault);
        }
    }

    /// <summary>Opens a file for reading from its start to its end.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is missing, is a folder, or cannot be opened.</exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw InputException.At(path, "this is a folder", "give the file itself");
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file; check the name", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InputException($"{path}: cannot be opened ({fault.Message}); check the name and the file's rights", fault);
        }
    }
}
