using System.CommandLine;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary><c>--rounds</c>: how often each side is measured.</summary>
internal sealed class RoundsOption : Option<int>
{
    /// <summary>Makes the option.</summary>
    /// <param name="what">What a round is.</param>
    /// <param name="usual">The rounds when none are given.</param>
    public RoundsOption(string what, int usual)
        : base("--rounds")
    {
        (Description, HelpName, DefaultValueFactory) = (what, "N", _ => usual);
    }

    /// <summary>The rounds that were chosen.</summary>
    /// <exception cref="InputException">Fewer than one.</exception>
    public int Get(ParseResult parsed) => parsed.GetValue(this) is > 0 and var rounds ? rounds : throw new InputException($"--rounds {parsed.GetValue(this)}: use at least 1");
}
