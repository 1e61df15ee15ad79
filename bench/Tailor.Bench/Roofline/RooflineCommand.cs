using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary><c>roofline</c>: what the processor can do at most, where the time of Tailor's training step goes, by timing its parts alone at the shapes of a batch, and how far each part is from the roof.</summary>
internal sealed class RooflineCommand : Command
{
    private readonly BenchOptions _common = new(WorkloadKind.Train);

    private readonly Option<bool> _mixed = new("--mixed") { Description = "Compute in mixed precision; shares of the roof stay those of fp32, so products in bf16 may reach 200 %." };

    public RooflineCommand()
        : base("roofline", "Shows where the time of a training step goes, and how far its parts are from what the processor can do.")
    {
        _common.AddTo(this);
        Add(_mixed);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        CaseSettings settings = _common.Settings(parsed);
        Precision precision = parsed.GetValue(_mixed) ? Precision.Mixed : Precision.Fp32;
        if (precision == Precision.Mixed && MixedPrecision.Refusal is { } refusal)
        {
            throw new InputException(refusal);
        }

        IReadOnlyList<BenchCase> cases = _common.Cases(parsed);
        (double arithmetic, double bandwidth) = ShowRoof(settings.Threads);
        Libtorch.Load(settings.Threads);
        LibtorchFacts facts = Libtorch.Facts();
        Console.WriteLine($"\n{facts.Processor}, {facts.Threads} threads, {facts.Arithmetic}{(precision == Precision.Mixed ? ", mixed precision" : "")}, libtorch {facts.Version}; best of the runs, milliseconds");
        foreach (BenchCase one in cases)
        {
            if (one.Prepare(settings, out string? lack) is { } workload)
            {
                Show(one, workload, precision, arithmetic, bandwidth);
            }
            else
            {
                Console.WriteLine($"skipped: {one.Name}: {lack}");
            }
        }
    }

    /// <summary>Measures and prints the roof.</summary>
    /// <returns>10^9 operations and 10^9 bytes a second with all threads.</returns>
    private static (double Arithmetic, double Bandwidth) ShowRoof(int threads)
    {
        double arithmetic = 0, bandwidth = 0;
        Console.WriteLine("| roof | one thread | all threads |\n|---|---:|---:|");
        int[] widths = [.. Vector256.IsHardwareAccelerated ? [256] : Array.Empty<int>(), .. Vector512.IsHardwareAccelerated ? [512] : Array.Empty<int>()];
        foreach (int bits in widths)
        {
            (double one, double all) = (MachineRoof.Arithmetic(1, bits), MachineRoof.Arithmetic(threads, bits));
            arithmetic = Math.Max(arithmetic, all);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| fused multiply-adds on registers of {bits} bits | {one:F0} GFLOP/s | {all:F0} GFLOP/s |"));
        }

        ((double triadOne, double inPlaceOne), (double triad, double inPlace)) = (MachineRoof.Bandwidth(1), MachineRoof.Bandwidth(threads));
        bandwidth = Math.Max(triad, inPlace);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| triad, a = b + s c | {triadOne:F1} GB/s | {triad:F1} GB/s |\n| in place, a += s b | {inPlaceOne:F1} GB/s | {inPlace:F1} GB/s |"));
        return (arithmetic, bandwidth);
    }

    private static void Show(BenchCase one, Workload workload, Precision precision, double arithmetic, double bandwidth)
    {
        // The batch in the middle by tokens stands for all.
        int[] tokens = workload.TokensPerStep();
        int middle = Enumerable.Range(0, tokens.Length).OrderBy(i => tokens[i]).ElementAt(tokens.Length / 2);
        (int[][] sequences, int[] labels) = workload.Batch(middle);
        int repeats = workload.Batches.Length - workload.WarmUp;
        (double whole, double optimizer, double updated) = TimeStep(workload, precision, sequences, labels, repeats);
        Console.WriteLine($"\n{one.Name}: {one.Description}; a batch of {sequences.Length} sequences, {tokens[middle]} tokens\n");
        Console.WriteLine("| part | a step | forward | backward | in a step | share | rate | of the roof | in libtorch's own operations |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        double sum = optimizer, products = 0;
        using (NewDisposeScope())
        {
            foreach (Part part in new StepParts(workload, sequences.Select(ids => ids.Length).ToArray(), precision).All().Where(part => part.PerStep > 0))
            {
                (double forward, double backward) = part.Time(repeats);
                double all = part.PerStep * (forward + backward);
                sum += all;
                products += part.IsLinearOrAttention ? all : 0;
                string plain = part.Plain is { } other && other.Time(repeats) is var (plainForward, plainBackward) ? $"{part.PerStep * (plainForward + plainBackward):F1}" : "";
                string rate = part.Operations > 0 ? Rate(part.Operations, forward + backward, arithmetic, "GFLOP/s") : Rate(part.Bytes, forward + backward, bandwidth, "GB/s");
                Console.WriteLine($"| {part.Name} | {part.PerStep} | {forward:F2} | {backward:F2} | {all:F1} | {all / whole:P1} | {rate} | {plain} |");
            }
        }

        Console.WriteLine($"| optimizer with clipping | 1 | - | - | {optimizer:F1} | {optimizer / whole:P1} | {Rate(updated, optimizer, bandwidth, "GB/s")} | {PlainOptimizer(workload, repeats):F1} |");
        Console.WriteLine($"| rest | | | | {whole - sum:F1} | {(whole - sum) / whole:P1} | | | |");
        Console.WriteLine($"| whole step | | | | {whole:F1} | {1:P1} | | | |");
        Console.WriteLine($"| neither linear layer nor attention | | | | {whole - products:F1} | {(whole - products) / whole:P1} | | | |");
        double calls = Calls(workload, precision, labels, repeats);
        Console.WriteLine($"| calls, which are in the rows above: the step of a network 4 wide a head on 2 tokens | | | | {calls:F1} | {calls / whole:P1} | | | |");
        Console.WriteLine($"| whole step, all positions in the last layer | | | | {TimeStep(workload, precision, sequences, labels, repeats, readAlone: false).Whole:F1} | | | | |");
        if (sequences.Any(ids => ids.Length != sequences[0].Length))
        {
            int longest = sequences.Max(ids => ids.Length);
            int[][] padded = [.. sequences.Select(ids => (int[])[.. ids, .. new int[longest - ids.Length]])];
            Console.WriteLine($"| whole step, padded to the longest | | | | {TimeStep(workload, precision, padded, labels, repeats).Whole:F1} | | | | |");
        }
    }

    /// <summary>Operations or bytes over milliseconds, and their share of the roof; above 100 % of the memory's the part lives in the cache.</summary>
    private static string Rate(double amount, double milliseconds, double roof, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{amount / milliseconds / 1e6:F1} {unit} | {amount / milliseconds / 1e6 / roof:P0}");

    /// <summary>What a step costs that computes next to nothing: as many calls into native code, on tensors of a few numbers.</summary>
    private static double Calls(Workload workload, Precision precision, int[] labels, int repeats)
    {
        EncoderShape shape = workload.Shape with { HiddenSize = 4 * workload.Shape.Heads, IntermediateSize = 4 * workload.Shape.Heads, VocabularySize = 8 };
        return TimeStep(workload with { Shape = shape, ModelDirectory = null, Classes = 2 }, precision, [[1, 2]], [labels[0] % 2], 5 * repeats).Whole;
    }

    /// <summary>Clipping and TorchSharp's AdamW over parameters of the model's sizes, all of whose gradients are dense.</summary>
    private static double PlainOptimizer(Workload workload, int repeats)
    {
        using DisposeScope scope = NewDisposeScope();
        using var step = new TailorStep(workload);
        TorchSharp.Modules.Parameter[] parameters = [.. step.Parameters.Select(p => new TorchSharp.Modules.Parameter(p.Value.detach().clone()))];
        using var optimizer = optim.AdamW(parameters, lr: workload.LearningRate, eps: 1e-8, weight_decay: 0);
        double best = double.PositiveInfinity;
        for (int i = 0; i < workload.WarmUp + repeats; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            foreach (TorchSharp.Modules.Parameter parameter in parameters)
            {
                parameter.grad = full_like(parameter, 1e-3).DetachFromDisposeScope();
            }

            long start = Stopwatch.GetTimestamp();
            nn.utils.clip_grad_norm_(parameters, workload.Clip);
            optimizer.step();
            optimizer.zero_grad();
            best = i < workload.WarmUp ? best : Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return best;
    }

    /// <summary>Times whole steps on one batch, and the update within them.</summary>
    /// <returns>The best step and the best update in milliseconds, and the bytes that an update has to read and write.</returns>
    private static (double Whole, double Optimizer, double Bytes) TimeStep(Workload workload, Precision precision, int[][] sequences, int[] labels, int repeats, bool readAlone = true)
    {
        using var step = new TailorStep(workload, readAlone, precision);
        step.Prepare(sequences, labels);
        (double whole, double optimizer) = (double.PositiveInfinity, double.PositiveInfinity);
        for (int i = 0; i < workload.WarmUp + repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            double denominator;
            using (NewDisposeScope())
            {
                LossParts loss = step.Forward();
                denominator = loss.Denominator;
                loss.Numerator.backward();
            }

            long update = Stopwatch.GetTimestamp();
            step.Update(denominator);
            if (i >= workload.WarmUp)
            {
                whole = Math.Min(whole, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                optimizer = Math.Min(optimizer, Stopwatch.GetElapsedTime(update).TotalMilliseconds);
            }
        }

        // The gradient is read for the norm and again for the update; weight and both moments are read and written. Of a table, only rows of the batch.
        long rows = sequences.SelectMany(ids => ids).Distinct().Count() + sequences.Max(ids => ids.Length) + 1;
        long values = step.Parameters.Sum(p => p.Rows is null ? p.Count : 0) + (rows * workload.Shape.HiddenSize);
        return (whole, optimizer, 8.0 * sizeof(float) * values);
    }
}
