using System.Text.Json;

namespace Tailor.Tuning;

/// <summary>How recipes spell the values of enums: in snake_case.</summary>
public static class RecipeName
{
    /// <summary>The spelling of a value.</summary>
    /// <param name="value">The value.</param>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
