using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using Tailor.Data;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.Bench;

/// <summary>What one process measured on many rows.</summary>
/// <param name="Milliseconds">Time of the whole.</param>
/// <param name="PeakBytes">The process's largest resident memory.</param>
/// <param name="Rows">Rows it saw.</param>
internal sealed record RowFigures(double Milliseconds, long PeakBytes, long Rows);

/// <summary><c>measure-rows</c>: what <c>csv</c> and <c>scale</c> run in a process of its own, so that the memory is its own.</summary>
internal sealed class RowWork : Command
{
    /// <summary>The kinds of work: each is given a file, or the number of rows it makes up, and gives the rows it saw.</summary>
    private static readonly Dictionary<string, Func<string, long>> Kinds = new()
    {
        ["inspect"] = file => DatasetInspection.OfFile(file, new TableOptions()).Splits[0].Rows,
        ["read"] = file => TextTable.Read(file, new TableOptions()).LongCount(),
        ["bare"] = Bare,
        ["schedule"] = Schedule,
    };

    private readonly Argument<string> _kind = new("kind") { Description = "The work." };
    private readonly Argument<string> _subject = new("subject") { Description = "The file, or the number of rows." };

    public RowWork()
        : base("measure-rows", "Does one piece of work on many rows and prints what it measured as JSON.")
    {
        Hidden = true;
        _kind.AcceptOnlyFromAmong([.. Kinds.Keys]);
        Add(_kind);
        Add(_subject);
        SetAction(parsed =>
        {
            string subject = parsed.GetRequiredValue(_subject);
            long start = Stopwatch.GetTimestamp();
            long rows = Kinds[parsed.GetRequiredValue(_kind)](subject);
            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            using var self = Process.GetCurrentProcess();
            Console.WriteLine(JsonSerializer.Serialize(new RowFigures(milliseconds, self.PeakWorkingSet64, rows), BenchJson.Compact));
        });
    }

    /// <summary>Runs a piece of work in a process of its own.</summary>
    /// <param name="kind">The work.</param>
    /// <param name="subject">The file, or the number of rows.</param>
    /// <exception cref="InputException">It failed.</exception>
    public static RowFigures Measure(string kind, string subject)
    {
        ChildResult result = ChildProcess.RunSelf("measure-rows", kind, subject);
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<RowFigures>(result.LastLine, BenchJson.Compact)!
            : throw new InputException($"{kind} of {subject} failed: {result.Errors}");
    }

    /// <summary>Every field of every row as a string, by CsvHelper alone.</summary>
    private static long Bare(string file)
    {
        using var reader = new StreamReader(file);
        using var csv = new CsvParser(reader, new CsvConfiguration(CultureInfo.InvariantCulture));
        long rows = -1, characters = 0;
        while (csv.Read())
        {
            rows++;
            for (int i = 0; i < csv.Count; i++)
            {
                characters += csv[i].Length;
            }
        }

        return characters > 0 ? rows : 0;
    }

    /// <summary>The plan of a stage of one epoch: the sampler and its first draw.</summary>
    private static long Schedule(string rows)
    {
        int count = int.Parse(rows, CultureInfo.InvariantCulture);
        RandomStream random = RandomStream.For(1, "bench rows");
        int[] lengths = new int[count], classes = new int[count];
        for (int i = 0; i < count; i++)
        {
            (lengths[i], classes[i]) = (8 + random.NextInt(56), GeneratedTable.ClassOf(ref random));
        }

        var schedule = new StageSchedule(new StageRecipe { Epochs = 1, BatchSize = 32 }, 0, lengths, 1, classes);
        return schedule.MicroBatches(0)[0].Examples.Length > 0 ? count : 0;
    }
}
