using System.CommandLine;
using Tailor.Bench;
using Tailor.Foundation;

var root = new RootCommand("Measures Tailor: training steps against plain TorchSharp and PyTorch, where a step's time goes and how it grows, what reuse gives, how fast texts, tables and pictures are read, and how long a cold start takes.")
{
    new VersusCommand(),
    new RooflineCommand(),
    new ScaleCommand(),
    new ReuseCommand(),
    new PicturesCommand(),
    new WordPieceCommand(),
    new CsvCommand(),
    new ColdCommand(),
    new BusyCommand(),
    new MeasureCommand(),
    new RowWork(),
    new SpinCommand(),
};
try
{
    return root.Parse(args.Length == 0 ? ["--help"] : args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception fault) when (fault is InputException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"bench: error: {fault.Message}");
    return 2;
}
