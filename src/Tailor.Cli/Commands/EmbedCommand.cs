using System.CommandLine;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;

namespace Tailor.Cli;

/// <summary><c>tailor embed</c>.</summary>
internal sealed class EmbedCommand : TailorCommand
{
    private readonly Option<string> _model = new("--model") { Description = "A Hugging Face model directory.", HelpName = "DIR", Required = true };
    private readonly Option<string> _data = new("--data") { Description = "A table of texts (.csv, .tsv, .jsonl).", HelpName = "FILE", Required = true };
    private readonly Option<string> _out = new("--out") { Description = "The safetensors file to write; its tensor 'features' is [texts, width].", HelpName = "FILE", Required = true };
    private readonly Option<string> _pooling = ChoiceOption.Of("--pooling", "How the states of a text become one vector.", "cls", "mean", "pooler");
    private readonly Option<int?> _maxLength = NumberOption.Integer("--max-length", "Tokens kept of a text (default: 256).", 2, int.MaxValue);
    private readonly PrecisionOption _precision = new();
    private readonly DataOptions _dataOptions = new();

    public EmbedCommand()
        : base("embed", "Write the features a pretrained model has of texts.", "tailor embed --model minilm --data tickets.csv --pooling mean --out features.safetensors")
    {
        Add(_model);
        Add(_data);
        Add(_out);
        Add(_pooling);
        Add(_maxLength);
        Add(_precision.Option);
        _dataOptions.AddColumns(this);
    }

    protected override int Run(Session session)
    {
        string output = OutputFile.Check(session.Get(_out)!, "--out");
        (string Text, string? Pair)[] texts = [.. TextTable.Read(session.Get(_data)!, _dataOptions.Table(session, requireLabels: false)).Select(example => (example.Text, example.Pair))];
        session.LoadLibtorch();
        string pooling = session.Get(_pooling)!;
        using TextEmbedder embedder = TextEmbedder.Load(session.Get(_model)!, Enum.Parse<Pooling>(pooling, ignoreCase: true), session.Get(_maxLength) ?? 256, session.Device, _precision.Of(session));
        using torch.Tensor features = ProgressSurface.Run(session, surface =>
        {
            long begin = TimeProvider.System.GetTimestamp();
            return embedder.Embed(texts, done => surface.Update(
                "embedding", (double)done / texts.Length, () => $"{done}/{texts.Length} texts  {Magnitude.Of(done / TimeProvider.System.GetElapsedTime(begin).TotalSeconds)} texts/s"));
        });
        SafetensorsWriter.Write(output, [KeyValuePair.Create("features", features)], new Dictionary<string, string> { ["pooling"] = pooling });
        session.Say($"{texts.Length} x {embedder.Width} features written to {output}");
        return 0;
    }
}
