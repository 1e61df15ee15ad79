using System.CommandLine;
using Tailor.Bench;
using Tailor.Foundation;

var root = new RootCommand("Measures Tailor: training steps against plain TorchSharp and PyTorch, where a step's time goes, what reuse gives, and how fast pictures are read.")
{
    new VersusCommand(),
    new PartsCommand(),
    new ReuseCommand(),
    new PicturesCommand(),
    new MeasureCommand(),
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
