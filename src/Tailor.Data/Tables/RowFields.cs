using System.Globalization;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Turns the fields of a row, whatever its format, into an example, and holds the rules that every format shares.</summary>
internal sealed class RowFields(string path, ColumnChoice columns, TableOptions options)
{
    private const int MaxSharedLabels = 1 << 16;
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

    /// <summary>Makes the example of one row.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text, or null.</param>
    /// <param name="label">The label as it stands in the file, or null.</param>
    /// <param name="line">The line on which the row starts.</param>
    /// <param name="origin">The origin as it stands in the file, or null; an empty one is none.</param>
    /// <exception cref="InputException">A field is too long, the label is missing where labels are required, or the origin is no line number.</exception>
    public TextExample ToExample(string text, string? pair, string? label, long line, string? origin = null)
    {
        CheckLength(columns.Text, text, line);
        CheckLength(columns.Pair, pair, line);
        CheckLength(columns.Label, label, line);
        if (string.IsNullOrWhiteSpace(label))
        {
            if (options.RequireLabels)
            {
                throw InputException.At(path, "the label is missing", "give every row a label or remove the row", line, columns.Label);
            }

            label = null;
        }

        return new TextExample(text, pair, label is null ? null : Shared(label), line, ToOrigin(origin, line));
    }

    /// <summary>Checks the length of a field.</summary>
    /// <exception cref="InputException">It is longer than <see cref="TableOptions.MaxFieldLength"/>.</exception>
    public void CheckLength(string? column, string? field, long line)
    {
        if (field is not null && field.Length > options.MaxFieldLength)
        {
            throw InputException.At(path, $"a field of {field.Length:N0} characters", $"at most {options.MaxFieldLength:N0} are allowed: shorten the field or remove the row", line, column);
        }
    }

    private long? ToOrigin(string? origin, long line) => string.IsNullOrWhiteSpace(origin) ? null : long.TryParse(origin, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        ? number
        : throw InputException.At(path, $"'{Excerpt.Of(origin)}' is no line number", "expected the line of the training row this one was made from, or nothing", line, columns.Origin);

    /// <summary>Gives equal labels one string, so that a million rows of fifty classes hold fifty strings.</summary>
    private string Shared(string label)
    {
        if (_labels.TryGetValue(label, out string? known))
        {
            return known;
        }

        if (_labels.Count < MaxSharedLabels)
        {
            _labels.Add(label, label);
        }

        return label;
    }
}
