using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Data;

namespace Tailor.Cli;

/// <summary><c>tailor tokenize</c>.</summary>
internal sealed class TokenizeCommand : TailorCommand
{
    private readonly Option<string> _model = new("--model") { Description = "A Hugging Face model directory.", HelpName = "DIR", Required = true };
    private readonly Option<string?> _data = new("--data") { Description = "A text file with one text a line, or a table (.csv, .tsv, .jsonl) with text and pair; default: lines of standard input.", HelpName = "FILE" };
    private readonly Option<int?> _maxLength = NumberOption.Integer("--max-length", "Cut to this many tokens (default: no limit).", 1, int.MaxValue);
    private readonly Option<bool> _plain = new("--no-special-tokens") { Description = "Without [CLS] and [SEP]." };
    private readonly DataOptions _dataOptions = new();

    public TokenizeCommand()
        : base("tokenize", "Write ids, tokens and offsets of texts as JSON Lines.", "tailor tokenize --model bert-base-uncased --data lines.txt", "echo \"Hello, world\" | tailor tokenize --model bert-base-uncased")
    {
        Add(_model);
        Add(_data);
        Add(_maxLength);
        Add(_plain);
        _dataOptions.AddColumns(this);
    }

    protected override int Run(Session session)
    {
        Tokenizer tokenizer = Tokenizer.Load(session.Get(_model)!);
        var options = new EncodeOptions { MaxLength = session.Get(_maxLength), AddSpecialTokens = !session.Get(_plain) };
        foreach ((string text, string? pair) in Texts(session))
        {
            TokenizedText encoded = tokenizer.Encode(text, pair, options);
            JsonOutput.WriteLine(session, new JsonObject
            {
                ["ids"] = JsonOutput.Array(encoded.Ids, id => id),
                ["tokens"] = JsonOutput.Array(encoded.Ids, id => tokenizer.TokenOf(id)),
                ["type_ids"] = JsonOutput.Array(encoded.TypeIds, id => id),
                ["offsets"] = JsonOutput.Array(encoded.Offsets, offset => new JsonArray(offset.Start, offset.End)),
            });
        }

        return 0;
    }

    private IEnumerable<(string Text, string? Pair)> Texts(Session session)
    {
        string? file = session.Get(_data);
        if (file is null or "-")
        {
            return StandardInput.Lines().Select(line => (line, (string?)null));
        }

        bool table = Path.GetExtension(file).ToLowerInvariant() is ".csv" or ".tsv" or ".tab" or ".jsonl" or ".ndjson";
        return table
            ? TextTable.Read(file, _dataOptions.Table(session, requireLabels: false)).Select(example => (example.Text, example.Pair))
            : TextLines.Read(file).Select(line => (line, (string?)null));
    }
}
