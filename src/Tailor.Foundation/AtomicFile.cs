namespace Tailor.Foundation;

/// <summary>Writes files so that a reader, or a process killed half way, sees the old file or the new one and nothing in between.</summary>
public static class AtomicFile
{
    private const string TemporaryExtension = ".tmp";

    /// <summary>Writes a file under a temporary name beside it, flushes it to the disk, and renames it.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="expectedLength">The content's length in bytes when it is known: the room is taken first, so that a full disk is found before anything is written.</param>
    /// <exception cref="IOException">The disk is full or the folder cannot be written: the message names the file, its length when that is known, and the reason. The temporary file is removed and the old file is untouched.</exception>
    public static void Write(string path, Action<Stream> write, long expectedLength = 0)
    {
        ArgumentNullException.ThrowIfNull(write);
        string temporary = $"{path}.{Environment.ProcessId}{TemporaryExtension}";
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
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException || IsTooLong(fault))
        {
            Discard(temporary);
            string length = expectedLength > 0 ? $"{expectedLength} bytes " : "";
            throw new IOException($"{path}: {length}could not be written ({Reason(fault)})", fault);
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

    /// <summary>Removes the temporary files that processes which were killed while writing left in a folder.</summary>
    /// <param name="folder">A folder that no process writes into at the moment; it may be missing.</param>
    public static void RemoveLeftovers(string folder)
    {
        if (Directory.Exists(folder))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*" + TemporaryExtension).Where(IsTemporary))
            {
                Discard(file);
            }
        }
    }

    /// <summary>Whether a name ends as <see cref="Write"/> makes them: in a process number and the extension.</summary>
    private static bool IsTemporary(string file) => Path.GetExtension(Path.GetFileNameWithoutExtension(file)) is { Length: > 1 } process && process.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>A write beyond the limit of <c>ulimit -f</c> or of the file system is an argument's fault to .NET.</summary>
    private static bool IsTooLong(Exception fault) => fault is ArgumentOutOfRangeException { ParamName: "value" } && fault.TargetSite?.DeclaringType == typeof(RandomAccess);

    /// <summary>What .NET says of a failed write, without the temporary name: "No space left on device : 'NAME'" or "Failed to create 'NAME' ... because the disk was full."</summary>
    private static string Reason(Exception fault)
    {
        const string because = " because ";
        if (IsTooLong(fault))
        {
            return "the file would be larger than ulimit -f or the file system allows";
        }

        string message = fault.Message.TrimEnd('.');
        int reason = message.IndexOf(because, StringComparison.Ordinal), name = message.IndexOf(" : '", StringComparison.Ordinal);
        return reason >= 0 ? message[(reason + because.Length)..] : name >= 0 ? message[..name] : message;
    }

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
