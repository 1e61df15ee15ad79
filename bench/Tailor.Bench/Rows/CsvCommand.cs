using System.CommandLine;
using System.Globalization;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary><c>csv</c>: what <c>tailor inspect</c> takes on a large table, against a bare read of it by CsvHelper.</summary>
internal sealed class CsvCommand : Command
{
    private static readonly (string Kind, string Name)[] Sides = [("inspect", "inspect"), ("read", "reading alone"), ("bare", "bare CsvHelper")];

    private readonly Option<int> _rows = new("--rows") { Description = "Rows of the made-up table.", HelpName = "N", DefaultValueFactory = _ => 1_000_000 };
    private readonly RoundsOption _rounds = new("Measurements of each side, in turn.", 3);

    public CsvCommand()
        : base("csv", "Inspects a made-up table of many rows, and reads it by CsvHelper alone, each in a process of its own.")
    {
        Add(_rows);
        Add(_rounds);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        int rounds = _rounds.Get(parsed), rows = parsed.GetValue(_rows) is > 0 and var given ? given : throw new InputException("--rows takes a number of at least 1");
        string folder = Directory.CreateTempSubdirectory("tailor-bench-").FullName;
        try
        {
            string file = Path.Combine(folder, "rows.csv");
            GeneratedTable.Write(file, rows);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} rows, {new FileInfo(file).Length / 1e6:F1} MB\n\n| what | best ms | median ms | rows a second | peak MiB | best against bare CsvHelper |\n|---|---:|---:|---:|---:|---:|"));
            var figures = Sides.ToDictionary(side => side.Kind, _ => new List<RowFigures>());
            for (int round = 0; round < rounds; round++)
            {
                foreach ((string kind, string name) in Sides)
                {
                    RowFigures measured = RowWork.Measure(kind, file);
                    figures[kind].Add(measured.Rows == rows ? measured : throw new InputException($"{name} saw {measured.Rows} of {rows} rows"));
                }
            }

            double bare = figures["bare"].Min(f => f.Milliseconds);
            foreach ((string kind, string name) in Sides)
            {
                var times = new Rounds([.. figures[kind].Select(f => f.Milliseconds)]);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {times.Best:F0} | {times.Median:F0} | {1000.0 * rows / times.Best:F0} | {figures[kind].Max(f => f.PeakBytes) >> 20} | {times.Best / bare:F2} |"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
