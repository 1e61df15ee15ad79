using Tailor.Evaluation;

namespace Tailor;

/// <summary>Names of pictures, short enough to stand in a table.</summary>
internal static class PictureNames
{
    /// <summary>The same predictions, their names without the folder in which all of them lie.</summary>
    public static IReadOnlyList<ScoredExample> WithoutCommonFolder(IReadOnlyList<ScoredExample> predictions)
    {
        if (predictions.Count == 0)
        {
            return predictions;
        }

        ReadOnlySpan<char> common = Folder(predictions[0].Text);
        foreach (ScoredExample example in predictions)
        {
            while (!example.Text.AsSpan().StartsWith(common, StringComparison.Ordinal))
            {
                common = Folder(common[..^1]);
            }
        }

        int length = common.Length;
        return [.. predictions.Select(example => example with { Text = example.Text[length..] })];
    }

    /// <summary>A path up to its last separator, that included.</summary>
    private static ReadOnlySpan<char> Folder(ReadOnlySpan<char> path) => path[..(path.LastIndexOfAny('/', '\\') + 1)];
}
