namespace Tailor.Foundation;

/// <summary>
/// A fault in what the user gave: a file, a row, a field, an option or a recipe. The command line prints <see cref="Exception.Message"/> as one line
/// and ends with exit code 2; no other exception type means "bad input".
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Makes the exception from a message that already names the place, what was found, what was expected and what to do.</summary>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with the fault that caused it.</summary>
    public InputException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Makes an exception without a message; present for the convention of exception types.</summary>
    public InputException()
    {
    }

    /// <summary>Makes the exception for a place in a file.</summary>
    /// <param name="file">The file as the user named it.</param>
    /// <param name="found">What is wrong, with the value found.</param>
    /// <param name="remedy">What was expected and what to do about it.</param>
    /// <param name="line">The 1-based line, when the file has lines.</param>
    /// <param name="field">The column, key or tensor name, when there is one.</param>
    /// <returns>An exception whose message reads <c>file:line: field: found; remedy</c>.</returns>
    public static InputException At(string file, string found, string remedy, long? line = null, string? field = null)
    {
        string place = line is null ? file : $"{file}:{line}";
        return new InputException(field is null ? $"{place}: {found}; {remedy}" : $"{place}: {field}: {found}; {remedy}");
    }
}
