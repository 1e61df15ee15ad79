namespace Tailor.Cli;

/// <summary>The commands, in the order in which help lists them.</summary>
internal static class TailorCommands
{
    /// <summary>Makes all commands.</summary>
    public static IEnumerable<TailorCommand> All() =>
    [
        new DemoCommand(),
        new InspectCommand(),
        new BaselineCommand(),
        new TrainCommand(),
        new CompareCommand(),
        new EvaluateCommand(),
        new PredictCommand(),
        new ExportCommand(),
        new ReportCommand(),
        new ChangesCommand(),
        new RecipesCommand(),
        new TokenizeCommand(),
        new EmbedCommand(),
        new PretrainCommand(),
        new VocabCommand(),
        new LongTailCommand(),
        new AugmentCommand(),
        new DoctorCommand(),
    ];
}
