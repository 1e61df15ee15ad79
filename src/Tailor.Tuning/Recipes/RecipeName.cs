using System.Text.Json;

namespace Tailor.Tuning;

/// <summary>How recipes spell the values of enums: in snake_case.</summary>
internal static class RecipeName
{
    /// <summary>The spelling of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
