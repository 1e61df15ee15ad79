using System.CommandLine;
using System.Globalization;
using System.Text;
using Tailor.Backbones;
using Tailor.Data;

namespace Tailor.Bench;

/// <summary><c>wordpiece</c>: megabytes of text a second that become tokens, on one thread.</summary>
internal sealed class WordPieceCommand : Command
{
    private readonly RoundsOption _rounds = new("Counted rounds over all texts.", 7);
    private readonly Option<string> _shared = BenchOptions.Shared();

    public WordPieceCommand()
        : base("wordpiece", "Tokenizes the texts of R52 by WordPiece, on one thread.")
    {
        Add(_rounds);
        Add(_shared);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        string shared = parsed.GetValue(_shared)!, table = Path.Combine(shared, "data", "r52", "train.tsv"), model = Path.Combine(shared, "models", "minilm-l6-mlm");
        if (!File.Exists(table) || !Directory.Exists(model))
        {
            Console.WriteLine($"skipped: needs {table} and {model}");
            return;
        }

        int rounds = _rounds.Get(parsed);
        string[] texts = [.. TextTable.Read(table, new TableOptions { TextColumn = "text", LabelColumn = "label" }).Select(row => row.Text)];
        double megabytes = texts.Sum(text => (double)Encoding.UTF8.GetByteCount(text)) / 1e6;
        Tokenizer tokenizer = Tokenizer.Load(model);
        long tokens = texts.Sum(text => (long)tokenizer.EncodeIds(text, null, int.MaxValue, out _).Length);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{texts.Length} texts, {megabytes:F2} MB of UTF-8, {tokens} tokens; MB/s of {rounds} rounds on one thread\n\n| what | best | median |\n|---|---:|---:|"));
        Show("ids", () => Array.ForEach(texts, text => tokenizer.EncodeIds(text, null, int.MaxValue, out _)));
        Show("ids and offsets", () => Array.ForEach(texts, text => tokenizer.Encode(text)));

        void Show(string what, Action round)
        {
            Rounds times = Rounds.Of(rounds, round);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {1000 * megabytes / times.Best:F1} | {1000 * megabytes / times.Median:F1} |"));
        }
    }
}
