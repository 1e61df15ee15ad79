using Tailor.Engine;
using Tailor.Evaluation;

namespace Tailor.Tuning;

/// <summary>Every key of a recipe with its range, and the combinations that mean nothing.</summary>
internal static class RecipeSchema
{
    private static readonly RecipeSection<InputRecipe> Input = new RecipeSection<InputRecipe>(new())
        .Choice("kind", [("plain", InputKind.Plain), ("template", InputKind.Template)], r => r.Kind, (r, v) => r with { Kind = v })
        .Text("template", r => r.Template, (r, v) => r with { Template = v }, OneLine, IsOneLine, idle: r => r.Kind == InputKind.Template ? null : "without kind template")
        .Require(["template", "kind"], (r, _) => r.Kind == InputKind.Plain ? null : r.Template.Length == 0 ? ("kind template without a template", "give template, such as '{text} This is about {mask}.'") : TemplateFault(r.Template))
        .Whole("max_length", r => r.MaxLength, (r, v) => r with { MaxLength = v }, 3, 65536);

    private static readonly RecipeSection<HeadRecipe> Head = new RecipeSection<HeadRecipe>(new())
        .Choice("kind", [("cls", HeadKind.Cls), ("mlm", HeadKind.Mlm)], r => r.Kind, (r, v) => r with { Kind = v })
        .Choice("feature", [("state", HeadFeature.State), ("pooler", HeadFeature.Pooler)], r => r.Feature, (r, v) => r with { Feature = v }, WithMlmHead)
        .Whole("width", r => r.Width, (r, v) => r with { Width = v }, 1, 65536, WithMlmHead)
        .Choice("activation", [("tanh", HeadActivation.Tanh), ("relu", HeadActivation.Relu)], r => r.Activation, (r, v) => r with { Activation = v }, WithMlmHead)
        .Choice("norm", [("none", HeadNorm.None), ("fresh", HeadNorm.Fresh), ("pretrained", HeadNorm.Pretrained)], r => r.Norm, (r, v) => r with { Norm = v }, WithMlmHead)
        .Number("dropout", r => r.Dropout, (r, v) => r with { Dropout = v }, NumberRange.Share, r => r.Norm == HeadNorm.Pretrained ? "with norm pretrained, which has none before it" : WithMlmHead(r))
        .Choice("init", [("normal", HeadInit.Normal), ("uniform", HeadInit.Uniform)], r => r.Init, (r, v) => r with { Init = v }, WithMlmHead)
        .Number("init_std", r => r.InitStd, (r, v) => r with { InitStd = v }, NumberRange.Above0(1), r => r.Init == HeadInit.Uniform ? "with init uniform" : WithMlmHead(r))
        .Require(["width", "norm"], (r, _) => r.Width is not null && r.Norm == HeadNorm.Pretrained ? ("a width beside norm pretrained, which has the encoder's", "remove width, or take norm fresh") : null)
        .Choice("decoder", [("tied", HeadDecoder.Tied), ("decoupled", HeadDecoder.Decoupled)], r => r.Decoder, (r, v) => r with { Decoder = v }, r => r.Kind == HeadKind.Mlm ? null : "without kind mlm");

    private static readonly RecipeSection<CalibrationRecipe> Calibration = new RecipeSection<CalibrationRecipe>(new())
        .Choice("kind", [("none", CalibrationKind.None), ("eta_norm", CalibrationKind.EtaNorm)], r => r.Kind, (r, v) => r with { Kind = v })
        .Number("eta", r => r.Eta, (r, v) => r with { Eta = v }, NumberRange.From0(10), r => r.Kind == CalibrationKind.EtaNorm ? null : "without kind eta_norm");

    private static readonly RecipeSection<LossRecipe> Loss = new RecipeSection<LossRecipe>(new())
        .Choice("kind", LossKinds, r => r.Kind, (r, v) => r with { Kind = v })
        .Number("gamma", r => r.Gamma, (r, v) => r with { Gamma = v }, NumberRange.Above0(10), r => UsesGamma(r) ? null : $"with kind {NameOf(r.Kind)}")
        .Number("tau", r => r.Tau, (r, v) => r with { Tau = v }, NumberRange.From0(10), r => r.Kind is LossKind.LogitAdjusted or LossKind.VectorScaling ? null : $"with kind {NameOf(r.Kind)}")
        .Number("max_margin", r => r.MaxMargin, (r, v) => r with { MaxMargin = v }, NumberRange.From0(10), r => r.Kind == LossKind.Ldam ? null : "without kind ldam")
        .Number("scale", r => r.Scale, (r, v) => r with { Scale = v }, NumberRange.Above0(1000), r => r.Kind == LossKind.Ldam ? null : "without kind ldam")
        .Number("p", r => r.P, (r, v) => r with { P = v }, NumberRange.From0(10), r => r.Kind == LossKind.Seesaw ? null : "without kind seesaw")
        .Number("q", r => r.Q, (r, v) => r with { Q = v }, NumberRange.From0(10), r => r.Kind == LossKind.Seesaw ? null : "without kind seesaw")
        .Number("label_smoothing", r => r.LabelSmoothing, (r, v) => r with { LabelSmoothing = v }, NumberRange.Share, r => IsFocal(r) ? "with a focal loss" : r.Kind == LossKind.CrossEntropy ? null : $"with kind {NameOf(r.Kind)}")
        .Choice(
            "class_weights",
            [("none", ClassWeights.None), ("balanced", ClassWeights.Balanced), ("effective_number", ClassWeights.EffectiveNumber), ("inverse_frequency", ClassWeights.InverseFrequency)],
            r => r.ClassWeights,
            (r, v) => r with { ClassWeights = v })
        .Number("beta", r => r.Beta, (r, v) => r with { Beta = v }, NumberRange.Share, r => r.ClassWeights == ClassWeights.EffectiveNumber ? null : "without class_weights effective_number")
        .Number("weight_power", r => r.WeightPower, (r, v) => r with { WeightPower = v }, NumberRange.Above0(10), WithoutClassWeights)
        .Choice("normalize", [("batch", Normalize.Batch), ("weight_sum", Normalize.WeightSum)], r => r.Normalize, (r, v) => r with { Normalize = v }, WithoutClassWeights)
        .Require(["kind"], (r, given) => !IsFocal(r) || given("gamma") ? null : ("a focal loss without gamma", "give gamma; 2 is usual for focal, 1 for focal_glee"));

    private static readonly RecipeSection<StageRecipe> Stage = new RecipeSection<StageRecipe>(new())
        .Choice("train", [("all", TrainScope.All), ("head", TrainScope.Head), ("last_layers", TrainScope.LastLayers)], r => r.Train, (r, v) => r with { Train = v })
        .Whole("layers", r => r.Layers, (r, v) => r with { Layers = v }, 1, 1000, r => r.Train == TrainScope.LastLayers ? null : "without train last_layers")
        .Number("epochs", r => r.Epochs, (r, v) => r with { Epochs = v }, NumberRange.Above0(10_000))
        .Whole("steps", r => r.Steps, (r, v) => r with { Steps = v }, 1, 100_000_000)
        .Whole("batch_size", r => r.BatchSize, (r, v) => r with { BatchSize = v }, 1, 65536, r => r.TokensPerBatch is null ? null : "beside tokens_per_batch")
        .Whole("tokens_per_batch", r => r.TokensPerBatch, (r, v) => r with { TokensPerBatch = v }, 16, 1 << 24)
        .Whole("accumulate", r => r.Accumulate, (r, v) => r with { Accumulate = v }, 1, 65536)
        .Number("lr", r => r.Lr, (r, v) => r with { Lr = v }, NumberRange.Above0(10))
        .Number("head_lr", r => r.HeadLr, (r, v) => r with { HeadLr = v }, NumberRange.Above0(10), r => r.Train == TrainScope.Head ? "with train head, whose rate is lr" : null)
        .Choice("optimizer", [("adamw", OptimizerKind.AdamW), ("sgd", OptimizerKind.Sgd)], r => r.Optimizer, (r, v) => r with { Optimizer = v })
        .Number("beta1", r => r.Beta1, (r, v) => r with { Beta1 = v }, NumberRange.Share, WithoutAdamW)
        .Number("beta2", r => r.Beta2, (r, v) => r with { Beta2 = v }, NumberRange.Share, WithoutAdamW)
        .Number("eps", r => r.Eps, (r, v) => r with { Eps = v }, NumberRange.Above0(1), WithoutAdamW)
        .Number("weight_decay", r => r.WeightDecay, (r, v) => r with { WeightDecay = v }, NumberRange.From0(10))
        .Number("momentum", r => r.Momentum, (r, v) => r with { Momentum = v }, NumberRange.Share, WithoutSgd)
        .Flag("nesterov", r => r.Nesterov, (r, v) => r with { Nesterov = v }, WithoutSgd)
        .Choice(
            "schedule",
            [("linear", ScheduleKind.Linear), ("constant", ScheduleKind.Constant), ("cosine", ScheduleKind.Cosine), ("polynomial", ScheduleKind.Polynomial)],
            r => r.Schedule,
            (r, v) => r with { Schedule = v })
        .Number("warmup", r => r.Warmup, (r, v) => r with { Warmup = v }, NumberRange.From0(100_000_000))
        .Number("power", r => r.Power, (r, v) => r with { Power = v }, NumberRange.Above0(10), r => r.Schedule == ScheduleKind.Polynomial ? null : "without schedule polynomial")
        .Number("lr_end", r => r.LrEnd, (r, v) => r with { LrEnd = v }, NumberRange.From0(10), r => r.Schedule == ScheduleKind.Constant ? "with schedule constant" : null)
        .Number("clip", r => r.Clip, (r, v) => r with { Clip = v }, NumberRange.From0(1e6))
        .Nested("loss", Loss, r => r.Loss, (r, v) => r with { Loss = v })
        .Choice("sampler", [("random", SamplerKind.Random), ("sequential", SamplerKind.Sequential)], r => r.Sampler, (r, v) => r with { Sampler = v })
        .Whole("eval_every", r => r.EvalEvery, (r, v) => r with { EvalEvery = v }, 1, 100_000_000)
        .Text("metric", r => r.Metric, (r, v) => r with { Metric = v }, $"one of {string.Join(", ", Metric.Names)}", Metric.Names.Contains, Metric.Names)
        .Number("patience", r => r.Patience, (r, v) => r with { Patience = v }, NumberRange.Above0(10_000))
        .Require(["epochs", "steps"], (r, _) => (r.Epochs, r.Steps) switch
        {
            (null, null) => ("neither epochs nor steps", "give one of them"),
            ({ }, { }) => ("both epochs and steps", "give one of them; --set PATH=null takes the other away"),
            _ => null,
        })
        .Require(["nesterov"], (r, _) => r.Nesterov && r.Momentum == 0 ? ("nesterov without momentum", "give momentum, 0.9 is usual") : null)
        .Require(["warmup"], (r, _) => r.Warmup switch
        {
            >= 1 when r.Warmup != Math.Floor(r.Warmup) => ("a warmup of broken steps", "below 1 it is a share of all steps, from 1 on a whole number of steps"),
            >= 1 when r.Warmup > r.Steps => ($"a warmup of {r.Warmup} in {r.Steps} steps", "let the warmup be shorter than the stage"),
            _ => null,
        })
        .Require(["lr_end", "lr"], (r, _) => r.LrEnd >= r.Lr ? ($"lr_end {r.LrEnd} is not below lr {r.Lr}", "the schedule falls from lr to lr_end") : null);

    /// <summary>The whole recipe.</summary>
    public static RecipeSection<Recipe> Recipe { get; } = new RecipeSection<Recipe>(new() { Name = "", Summary = "", Paper = "", Stages = [] })
        .Text("name", r => r.Name, (r, v) => r with { Name = v }, "lower-case letters, digits and hyphens, at most 64", IsName)
        .Text("summary", r => r.Summary, (r, v) => r with { Summary = v }, OneLine, IsOneLine)
        .Text("paper", r => r.Paper, (r, v) => r with { Paper = v }, OneLine, IsOneLine)
        .Nested("input", Input, r => r.Input, (r, v) => r with { Input = v })
        .Choice("adapter", [("none", AdapterKind.None)], r => r.Adapter, (r, v) => r with { Adapter = v })
        .Nested("head", Head, r => r.Head, (r, v) => r with { Head = v })
        .List("stages", Stage, r => r.Stages, (r, v) => r with { Stages = v }, 16)
        .Nested("calibration", Calibration, r => r.Calibration, (r, v) => r with { Calibration = v })
        .Require(["input", "head"], (r, _) => r.Head.Kind == HeadKind.Mlm && (r.Input.Kind != InputKind.Template || !PromptTemplate.Parse(r.Input.Template).HasMask)
            ? ("head kind mlm reads a mask, and the input has none", "give input a template with {mask}, such as '{text} This is about {mask}.'")
            : null)
        .Require(["calibration", "head"], (r, _) => r.Head.Kind == HeadKind.Mlm && r.Calibration.Kind == CalibrationKind.EtaNorm
            ? ("eta_norm divides by the norms of class weights, and head kind mlm has none", "leave calibration out")
            : null)
        .Require([], (_, given) => new[] { "name", "summary", "paper", "stages" }.FirstOrDefault(key => !given(key)) is { } missing
            ? ($"no key '{missing}'", $"add {missing}; recipes show NAME prints a complete recipe")
            : null);

    private const string OneLine = "one line of 1 to 300 characters";

    /// <summary>Whether a text can be a recipe's name.</summary>
    public static bool IsName(string text) => text.Length is >= 1 and <= 64 && text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsOneLine(string text) => text.Length is >= 1 and <= 300 && !text.Any(char.IsControl);

    private static (string Name, LossKind Value)[] LossKinds =>
    [
        ("cross_entropy", LossKind.CrossEntropy),
        ("focal", LossKind.Focal),
        ("focal_glee", LossKind.FocalGlee),
        ("logit_adjusted", LossKind.LogitAdjusted),
        ("balanced_softmax", LossKind.BalancedSoftmax),
        ("vector_scaling", LossKind.VectorScaling),
        ("ldam", LossKind.Ldam),
        ("seesaw", LossKind.Seesaw),
    ];

    private static string NameOf(LossKind kind) => LossKinds.Single(known => known.Value == kind).Name;

    private static bool IsFocal(LossRecipe loss) => loss.Kind is LossKind.Focal or LossKind.FocalGlee;

    private static bool UsesGamma(LossRecipe loss) => IsFocal(loss) || loss.Kind == LossKind.VectorScaling;

    private static string? WithoutClassWeights(LossRecipe loss) => loss.ClassWeights == ClassWeights.None ? "without class_weights" : null;

    private static string? WithMlmHead(HeadRecipe head) => head.Kind == HeadKind.Mlm ? "with kind mlm" : null;

    private static (string Found, string Remedy)? TemplateFault(string template)
    {
        try
        {
            PromptTemplate.Parse(template);
            return null;
        }
        catch (FormatException fault)
        {
            string[] parts = fault.Message.Split("; ", 2);
            return (parts[0], parts[1]);
        }
    }

    private static string? WithoutAdamW(StageRecipe stage) => stage.Optimizer == OptimizerKind.AdamW ? null : "without optimizer adamw";

    private static string? WithoutSgd(StageRecipe stage) => stage.Optimizer == OptimizerKind.Sgd ? null : "without optimizer sgd";
}
