using System.CommandLine;
using Tailor.Evaluation;

namespace Tailor.Cli;

/// <summary><c>--groups</c>: whose bounds between classes of many, medium and few training examples.</summary>
internal static class GroupsOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="otherwise">What holds when it is not given, where that is not the first choice.</param>
    public static Option<string> Of(string? otherwise = null)
    {
        Option<string> option = ChoiceOption.Of("--groups", $"Many, medium and few training examples: few is below 20 (oltr) or up to 20 (lpt){(otherwise is null ? "" : $"; default: {otherwise}")}.", [.. ShotBoundsName.All]);
        option.DefaultValueFactory = otherwise is null ? option.DefaultValueFactory : null;
        return option;
    }
}
