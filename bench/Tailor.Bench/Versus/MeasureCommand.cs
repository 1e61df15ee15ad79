using System.CommandLine;
using System.Text.Json;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Onnx;

namespace Tailor.Bench;

/// <summary><c>measure</c>: what <c>versus</c> runs in a process of its own for each measurement of a C# side.</summary>
internal sealed class MeasureCommand : Command
{
    /// <summary>The sides this program runs itself.</summary>
    public static IReadOnlyDictionary<string, Func<Workload, ISideStep>> Sides { get; } = new Dictionary<string, Func<Workload, ISideStep>>
    {
        [Side.Tailor] = workload => Own(workload, Precision.Fp32),
        [Side.TailorMixed] = workload => Own(workload, Precision.Mixed),
        [Side.Onnx] = workload => new OnnxInference(workload, OnnxNumbers.Fp32),
        [Side.OnnxInt8] = workload => new OnnxInference(workload, OnnxNumbers.Int8),
        [Side.Plain] = workload => workload.Kind.Trains() ? new PlainStep(workload) : new PlainInference(workload),
    };

    private static ISideStep Own(Workload workload, Precision precision) => workload.Kind switch
    {
        WorkloadKind.Prompt => TailorTask.Prompt(workload, precision),
        WorkloadKind.MaskedLanguage => TailorTask.MaskedLanguage(workload, precision),
        WorkloadKind.Inference => new TailorInference(workload, precision),
        WorkloadKind.Embedding => new TailorEmbedding(workload, precision),
        _ => new TailorStep(workload, precision: precision),
    };

    private readonly Argument<string> _side = new("side") { Description = "The side to run." };
    private readonly Argument<string> _workload = new("workload") { Description = "The file with the batches." };

    public MeasureCommand()
        : base("measure", "Runs one side's steps and prints what it measured as JSON.")
    {
        Hidden = true;
        _side.AcceptOnlyFromAmong([.. Sides.Keys]);
        Add(_side);
        Add(_workload);
        SetAction(parsed =>
        {
            Measurement measured = Measurement.Take(Workload.Read(parsed.GetRequiredValue(_workload)), Sides[parsed.GetRequiredValue(_side)]);
            Console.WriteLine(JsonSerializer.Serialize(measured, BenchJson.Compact));
        });
    }

    /// <summary>Measures a side in a process of its own.</summary>
    /// <param name="side">One of <see cref="Sides"/>.</param>
    /// <param name="workloadFile">The file with the batches.</param>
    /// <exception cref="InputException">It failed.</exception>
    public static Measurement Run(string side, string workloadFile)
    {
        ChildResult result = ChildProcess.RunSelf("measure", side, workloadFile);
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<Measurement>(result.LastLine, BenchJson.Compact)!
            : throw new InputException($"the measurement of {side} failed: {result.Errors}");
    }
}
