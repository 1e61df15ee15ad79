using System.Text.Json.Nodes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>optimizers.json: paths of each optimizer over twelve steps, and learning-rate schedules.</summary>
public class OptimizerGoldens
{
    private static readonly Dictionary<string, Func<long, double>> Schedules = new()
    {
        ["linear_warmup4_total40"] = step => LearningRateSchedule.Factor(ScheduleKind.Linear, step, 40, 4),
        ["linear_warmup0_total40"] = step => LearningRateSchedule.Factor(ScheduleKind.Linear, step, 40, 0),
        ["cosine_warmup4_total40"] = step => LearningRateSchedule.Factor(ScheduleKind.Cosine, step, 40, 4),
        ["constant_warmup4"] = step => LearningRateSchedule.Factor(ScheduleKind.Constant, step, 40, 4),
        ["polynomial2_warmup4_total40_end0.1"] = step => LearningRateSchedule.Factor(ScheduleKind.Polynomial, step, 40, 4, 2, 0.1),
        ["cosine_restarts3_warmup4_total40"] = step => LearningRateSchedule.Factor(ScheduleKind.CosineRestarts, step, 40, 4, cycles: 3),
    };

    private static JsonObject File => JsonNode.Parse(System.IO.File.ReadAllText(GoldenFolder.Require("optimizers.json")))!.AsObject();

    public static TheoryData<string> Optimizers => System.IO.File.Exists(GoldenFolder.Of("optimizers.json")) ? [.. File["optimizers"]!.AsObject().Select(o => o.Key)] : [];

    public static TheoryData<string> ScheduleNames => System.IO.File.Exists(GoldenFolder.Of("optimizers.json")) ? [.. File["schedules"]!.AsObject().Select(s => s.Key)] : [];

    [Theory]
    [MemberData(nameof(ScheduleNames))]
    public void Schedule_agrees_with_the_reference(string name)
    {
        double[] expected = Numbers(File["schedules"]![name]);
        if (!Schedules.TryGetValue(name, out Func<long, double>? schedule))
        {
            Tally.Skip($"schedules/{name}", 1, "this schedule is not built");
        }

        Tally.RunAll($"schedules/{name}", [name], n => n, _ =>
        {
            for (int step = 0; step < expected.Length; step++)
            {
                Near.Equal(expected[step], schedule!(step), Near.Losses, $"step {step}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Optimizer_agrees_with_the_reference(string name)
    {
        JsonObject config = File["optimizers"]![name]!["config"]!.AsObject();
        if (Create(name, config, []) is not { } probe)
        {
            Tally.Skip($"optimizers/{name}", 1, "this optimizer is not built");
            return;
        }

        probe.Dispose();
        Libtorch.Load(1);
        Tally.RunAll($"optimizers/{name}", [name], n => n, _ => Path(name, config));
    }

    private static void Path(string name, JsonObject config)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonObject file = File;
        Tensor[] targets = file["targets"]!.AsArray().Select(t => tensor(Numbers(t).Select(v => (float)v).ToArray())).ToArray();
        Parameter[] parameters = file["x0"]!.AsArray().Select((x, i) => new Parameter($"p{i}", tensor(Numbers(x).Select(v => (float)v).ToArray()))).ToArray();
        using Optimizer optimizer = Create(name, config, parameters)!;
        JsonArray path = file["optimizers"]![name]!["path"]!.AsArray();
        for (int step = 0; step < path.Count; step++)
        {
            Tensor loss = parameters.Zip(targets).Select(x => x.First.Value.sub(x.Second).pow(2).mul(1 + (0.1 * step)).sum().add(x.First.Value.pow(4).sum().mul(0.1))).Aggregate((a, b) => a.add(b));
            Near.Equal(path[step]!["loss"]!.GetValue<double>(), loss.item<float>(), Near.Gradients, $"loss at step {step}");
            loss.backward();
            double norm = optimizer.Step(config["lr"]!.GetValue<double>(), config["clip"]?.GetValue<double>() ?? 0);
            if (path[step]!["grad_norm"] is { } expected)
            {
                Near.Equal(expected.GetValue<double>(), norm, Near.Gradients, $"norm at step {step}");
            }

            for (int i = 0; i < parameters.Length; i++)
            {
                Near.Equal(tensor(Numbers(path[step]!["params"]![i])), parameters[i].Value, Near.Gradients, $"parameter {i} after step {step}");
            }
        }

        foreach (Parameter parameter in parameters)
        {
            parameter.Dispose();
        }
    }

    private static Optimizer? Create(string name, JsonObject config, IReadOnlyList<Parameter> parameters)
    {
        double Value(string key, double fallback) => config[key]?.GetValue<double>() ?? fallback;
        ParameterGroup[] groups = [new() { Parameters = parameters, WeightDecay = Value("weight_decay", 0) }];
        double[] betas = config["betas"] is { } pair ? Numbers(pair) : [0.9, 0.999];
        return name switch
        {
            "adamw" or "adamw_clip" => new AdamW(groups, betas[0], betas[1], Value("eps", 1e-8)),
            "adam_l2" => new AdamW(groups, betas[0], betas[1], Value("eps", 1e-8), decoupled: false),
            "sgd" or "sgd_momentum" or "sgd_nesterov" => new Sgd(groups, Value("momentum", 0), config["nesterov"]?.GetValue<bool>() ?? false),
            _ => null,
        };
    }

    private static double[] Numbers(JsonNode? array) => array!.AsArray().Select(n => n!.GetValue<double>()).ToArray();
}
