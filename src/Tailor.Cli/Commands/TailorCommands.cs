namespace Tailor.Cli;

/// <summary>The commands, in the order in which help lists them.</summary>
internal static class TailorCommands
{
    /// <summary>Makes all commands.</summary>
    public static IEnumerable<TailorCommand> All() =>
    [
        new DemoCommand(),
    ];
}
