using System.CommandLine;
using Tailor.Backbones;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor vocab</c>.</summary>
internal sealed class VocabCommand : TailorCommand
{
    private readonly Option<string[]> _text = new("--text") { Description = "UTF-8 text files.", HelpName = "FILE", Required = true, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _out = new("--out") { Description = "A folder for the tokenizer's files, or the name of a .txt file for the vocabulary alone.", HelpName = "PATH", Required = true };
    private readonly Option<int?> _size = NumberOption.Integer("--size", "Tokens of the vocabulary (default: 8000).", 16, 1_000_000);
    private readonly Option<int?> _minFrequency = NumberOption.Integer("--min-frequency", "Merge only pairs seen this often (default: 2).", 1, int.MaxValue);
    private readonly Option<bool> _cased = new("--cased") { Description = "Keep capitals and accents." };

    public VocabCommand()
        : base("vocab", "Train a WordPiece vocabulary on text files.", "tailor vocab --text corpus.txt --size 8000 --out tokenizer/")
    {
        Add(_text);
        Add(_out);
        Add(_size);
        Add(_minFrequency);
        Add(_cased);
    }

    protected override int Run(Session session)
    {
        string output = session.Get(_out)!;
        bool file = output.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);
        if (file)
        {
            OutputFile.Check(output, "--out");
        }

        var normalizer = new BertNormalizerOptions { Lowercase = !session.Get(_cased) };
        using var interruption = new Interruption(session);
        IReadOnlyList<string> tokens;
        try
        {
            tokens = WordPieceTrainer.Train(session.Get(_text)!.SelectMany(TextLines.Read), session.Get(_size) ?? 8000, normalizer, session.Get(_minFrequency) ?? 2, interruption.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InterruptedException("stopped; nothing was written", interruption.ExitCode);
        }

        if (file)
        {
            AtomicFile.WriteText(output, string.Join('\n', tokens) + "\n");
        }
        else
        {
            Directory.CreateDirectory(output);
            WordPieceTokenizer.FromVocabulary(tokens, normalizer).Save(output);
        }

        session.Say($"{tokens.Count} tokens written to {output}");
        return 0;
    }
}
