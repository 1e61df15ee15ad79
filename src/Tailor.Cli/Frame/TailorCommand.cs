using System.CommandLine;

namespace Tailor.Cli;

/// <summary>A command of <c>tailor</c>: its options, its examples and its work.</summary>
internal abstract class TailorCommand : Command
{
    /// <summary>Makes the command.</summary>
    protected TailorCommand(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction(parsed => Run(new Session(parsed)));
    }

    /// <summary>Command lines to learn from.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does the work.</summary>
    /// <returns>The exit code.</returns>
    protected abstract int Run(Session session);
}
