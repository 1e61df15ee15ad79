using System.CommandLine;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>The options that choose the sides of a comparison.</summary>
/// <param name="usual">The sides that are taken when none is named; all when empty.</param>
internal sealed class SideOptions(params string[] usual)
{
    private readonly Option<string[]> _side = new("--side")
    {
        Description = $"The sides, of {string.Join(", ", Side.Names)} (default: {(usual.Length == 0 ? "all that can run here" : string.Join(", ", usual))}).",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _python = new("--python") { Description = "The Python that has PyTorch.", DefaultValueFactory = _ => "/usr/bin/python3" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_side);
        command.Add(_python);
    }

    /// <summary>The chosen sides that can run here.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="skip">Told of each that cannot, with the reason.</param>
    /// <exception cref="InputException">A name is no side.</exception>
    public List<Side> Chosen(ParseResult parsed, Action<string> skip)
    {
        string[] named = [.. (parsed.GetValue(_side) ?? []).Select(Side.Named)], wanted = named.Length == 0 ? usual : named;
        ILookup<bool, Side> sides = Side.All(new PyTorchPeer(parsed.GetValue(_python)!)).Where(side => wanted.Length == 0 || wanted.Contains(side.Name)).ToLookup(side => side.Lack is null);
        foreach (Side side in sides[false])
        {
            skip($"{side.Name}: {side.Lack}");
        }

        return [.. sides[true]];
    }
}
