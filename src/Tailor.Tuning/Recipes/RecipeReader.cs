using System.Text;
using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>
/// Reads recipes from YAML. Keys are the properties' names and values the enums' names in snake_case; a key that is absent or null has its default.
/// Every fault is one line that names the file, its line, the key, and what was expected.
/// </summary>
public static class RecipeReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a recipe file of at most 64 KB.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Dotted paths with values, such as <c>stages.0.lr=3e-5</c>, which replace what the file says and are checked like it.</param>
    /// <exception cref="InputException">The file cannot be read, or the recipe or an override is wrong.</exception>
    public static Recipe Read(string path, IReadOnlyList<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Parse(ReadText(path), path, overrides);
    }

    /// <summary>Reads a recipe from a text of at most 65536 characters.</summary>
    /// <param name="yaml">The recipe.</param>
    /// <param name="sourceName">What messages call the text, such as its file's name.</param>
    /// <param name="overrides">Dotted paths with values, as in <see cref="Read"/>.</param>
    /// <exception cref="InputException">The recipe or an override is wrong.</exception>
    public static Recipe Parse(string yaml, string sourceName, IReadOnlyList<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        RecipeDocument document = RecipeDocument.Parse(yaml, sourceName);
        foreach (string text in overrides ?? [])
        {
            document.Override(text);
        }

        return RecipeSchema.Recipe.Read(document.Root, "", document);
    }

    private static string ReadText(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
            byte[] bytes = new byte[RecipeDocument.MaxSize + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > RecipeDocument.MaxSize)
            {
                throw InputException.At(path, $"the file is larger than {RecipeDocument.MaxSize} bytes", "a recipe is a page of YAML; is this the right file?");
            }

            return StrictUtf8.GetString(bytes, 0, length).TrimStart('\uFEFF');
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(InputException.At(path, "no such recipe file", "check the path, or use a name that tailor recipes lists").Message, fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new InputException(InputException.At(path, $"cannot be read: {RecipeDocument.OneLine(fault.Message)}", "give a readable YAML file in UTF-8").Message, fault);
        }
    }
}
