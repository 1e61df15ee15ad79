using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tailor.Onnx;

namespace Tailor.Cli;

/// <summary><c>tailor export</c>.</summary>
internal sealed class ExportCommand : TailorCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder of tailor train that classifies texts, or its model/ folder." };
    private readonly Option<string> _out = new("--out") { Description = "The folder to write, new or empty.", HelpName = "DIR", Required = true };
    private readonly Option<bool> _int8 = new("--int8") { Description = "8-bit linear layers: a quarter of their size, and probabilities that differ a little." };
    private readonly Option<bool> _json = new("--json") { Description = "Print what was written as JSON." };

    public ExportCommand()
        : base(
            "export",
            "Write a tuned model as an ONNX graph, which ONNX Runtime computes without libtorch; tailor predict and evaluate take the folder.",
            "tailor export runs/first --out tickets-onnx",
            "tailor export runs/first --out tickets-int8 --int8",
            "tailor predict tickets-int8 --text \"I forgot my password\"")
    {
        Add(_run);
        Add(_out);
        Add(_int8);
        Add(_json);
    }

    protected override int Run(Session session)
    {
        session.LoadLibtorch();
        ModelExport written = ModelExport.ToOnnx(session.Get(_run)!, session.Get(_out)!, session.Get(_int8) ? OnnxNumbers.Int8 : OnnxNumbers.Fp32);
        if (session.Get(_json))
        {
            JsonOutput.WriteLine(session, new JsonObject { ["file"] = written.File, ["bytes"] = written.Bytes, ["texts_compared"] = written.Texts, ["largest_difference"] = written.LargestDifference });
            return 0;
        }

        session.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{written.File}  {written.Bytes / 1048576.0:F1} MiB\nScored with both, the {written.Texts} class names differ by at most {written.LargestDifference:0.0e+0}"));
        return 0;
    }
}
