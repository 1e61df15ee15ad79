namespace Tailor.Foundation;

/// <summary>Writes files so that a reader, or a process killed half way, sees the old file or the new one and nothing in between.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file under a temporary name beside it, flushes it to the disk, and renames it.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="expectedLength">The content's length in bytes when it is known: the room is taken first, so that a full disk is found before anything is written.</param>
    /// <exception cref="IOException">The disk is full or the folder cannot be written; the temporary file is removed and the old file is untouched.</exception>
    public static void Write(string path, Action<Stream> write, long expectedLength = 0)
    {
        ArgumentNullException.ThrowIfNull(write);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16, PreallocationSize = expectedLength };
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="text">The whole content.</param>
    public static void WriteText(string path, string text) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (IOException)
        {
            // The fault that brought us here says more than this one.
        }
    }
}
