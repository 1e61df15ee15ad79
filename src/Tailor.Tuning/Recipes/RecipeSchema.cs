using System.Globalization;
using Tailor.Engine;
using Tailor.Evaluation;

namespace Tailor.Tuning;

/// <summary>Every key of a recipe with its range, and the combinations that mean nothing.</summary>
internal static class RecipeSchema
{
    private static readonly string[] MetricNames = [.. Metric.Names, .. RegressionReport.MetricNames];

    private static readonly RecipeSection<InputRecipe> Input = new RecipeSection<InputRecipe>(new())
        .Choice("kind", [("plain", InputKind.Plain), ("template", InputKind.Template), ("image", InputKind.Image)], r => r.Kind, (r, v) => r with { Kind = v })
        .Text("template", r => r.Template, (r, v) => r with { Template = v }, OneLine, IsOneLine, idle: r => r.Kind == InputKind.Template ? null : "without kind template")
        .Require(["template", "kind"], (r, _) => r.Kind != InputKind.Template ? null : r.Template.Length == 0 ? ("kind template without a template", "give template, such as '{text} This is about {mask}.'") : TemplateFault(r.Template))
        .Whole("max_length", r => r.MaxLength, (r, v) => r with { MaxLength = v }, 3, 65536, r => r.ReadsPictures ? "with kind image" : null)
        .Whole("image_size", r => r.ImageSize, (r, v) => r with { ImageSize = v }, 1, 4096, WithoutPictures)
        .Choice("augmentation", r => r.Augmentation, (r, v) => r with { Augmentation = v }, WithoutPictures)
        .Flag("five_crop", r => r.FiveCrop, (r, v) => r with { FiveCrop = v }, WithoutPictures);

    private static readonly RecipeSection<HeadRecipe> Head = new RecipeSection<HeadRecipe>(new())
        .Choice("kind", r => r.Kind, (r, v) => r with { Kind = v })
        .Choice("feature", [("state", HeadFeature.State), ("pooler", HeadFeature.Pooler)], r => r.Feature, (r, v) => r with { Feature = v }, WithoutDense)
        .Whole("width", r => r.Width, (r, v) => r with { Width = v }, 1, 65536, WithoutDense)
        .Choice("activation", [("tanh", HeadActivation.Tanh), ("relu", HeadActivation.Relu)], r => r.Activation, (r, v) => r with { Activation = v }, WithoutDense)
        .Choice("norm", [("none", HeadNorm.None), ("fresh", HeadNorm.Fresh), ("pretrained", HeadNorm.Pretrained)], r => r.Norm, (r, v) => r with { Norm = v }, WithoutDense)
        .Number("dropout", r => r.Dropout, (r, v) => r with { Dropout = v }, NumberRange.Share, r => r.Norm == HeadNorm.Pretrained ? "with norm pretrained, which has none before it" : WithMlmHead(r))
        .Number("scale", r => r.Scale, (r, v) => r with { Scale = v }, NumberRange.Above0(1000), r => r.Kind == HeadKind.Cosine ? null : "without kind cosine")
        .Choice("init", r => r.Init, (r, v) => r with { Init = v }, WithMlmHead)
        .Number("init_std", r => r.InitStd, (r, v) => r with { InitStd = v }, NumberRange.Above0(1), r => r.Init != HeadInit.Normal ? $"with init {RecipeName.Of(r.Init)}" : r.Kind == HeadKind.Cosine ? "with kind cosine, whose rows start at length 1" : WithMlmHead(r))
        .Whole("init_examples", r => r.InitExamples, (r, v) => r with { InitExamples = v }, 1, 100_000_000, r => r.Init is HeadInit.ClassMeans or HeadInit.LinearProbe ? null : "without init class_means or linear_probe")
        .Text("init_template", r => r.InitTemplate, (r, v) => r with { InitTemplate = v }, "one line with {} in the place of the class's name", text => IsOneLine(text) && text.Contains("{}", StringComparison.Ordinal), idle: r => r.Init == HeadInit.ClassNames ? null : "without init class_names")
        .Require(["init", "kind"], (r, _) => r.Init is HeadInit.Normal or HeadInit.Uniform || r.Kind == HeadKind.Linear || (r.Kind == HeadKind.Cosine && r.Init != HeadInit.Zeros)
            ? null
            : ($"init {RecipeName.Of(r.Init)} with head kind {RecipeName.Of(r.Kind)}", r.Kind == HeadKind.Cosine ? "rows of zeros have no direction: take init normal, uniform, class_means, linear_probe or class_names" : "take head kind linear, or init normal or uniform"))
        .Require(["width", "norm"], (r, _) => r.Width is not null && r.Norm == HeadNorm.Pretrained ? ("a width beside norm pretrained, which has the encoder's", "remove width, or take norm fresh") : null)
        .Choice("decoder", [("tied", HeadDecoder.Tied), ("decoupled", HeadDecoder.Decoupled)], r => r.Decoder, (r, v) => r with { Decoder = v }, r => r.Kind == HeadKind.Mlm ? null : "without kind mlm");

    private static readonly RecipeSection<AdapterRecipe> Adapter = new RecipeSection<AdapterRecipe>(new())
        .Choice("kind", AdapterKinds, r => r.Kind, (r, v) => r with { Kind = v })
        .WholeOrAuto("r", r => r.Rank, (r, v) => r with { Rank = v }, 1, 65536, Without(AdapterKind.Lora))
        .Number("alpha", r => r.Alpha, (r, v) => r with { Alpha = v }, NumberRange.Above0(10_000), Without(AdapterKind.Lora))
        .Number("dropout", r => r.Dropout, (r, v) => r with { Dropout = v }, NumberRange.Share, Without(AdapterKind.Lora))
        .Flag("rslora", r => r.RankStabilized, (r, v) => r with { RankStabilized = v }, Without(AdapterKind.Lora))
        .Flag("dora", r => r.Magnitude, (r, v) => r with { Magnitude = v }, Without(AdapterKind.Lora))
        .Choice("bias", [("none", AdapterBias.None), ("lora_only", AdapterBias.LoraOnly), ("all", AdapterBias.All)], r => r.Bias, (r, v) => r with { Bias = v }, Without(AdapterKind.Lora))
        .Values("targets", r => r.Targets, (r, v) => r with { Targets = v }, ModuleName, AsModuleName, text => text, 64, Without(AdapterKind.Lora, AdapterKind.Ia3))
        .Values("input_targets", r => r.InputTargets, (r, v) => r with { InputTargets = v }, ModuleName, AsModuleName, text => text, 64, Without(AdapterKind.Ia3))
        .Values("layers", r => r.Layers.Select(layer => (int?)layer).ToArray(), (r, v) => r with { Layers = [.. v.Select(layer => layer!.Value)] }, "a whole number from 0 to 999", AsLayer, layer => layer!.Value.ToString(CultureInfo.InvariantCulture), 1000, Without(AdapterKind.Lora, AdapterKind.Ia3, AdapterKind.Bottleneck, AdapterKind.BitFit, AdapterKind.DeepPrompt, AdapterKind.AdaptFormer, AdapterKind.Ssf))
        .Whole("tokens", r => r.Tokens, (r, v) => r with { Tokens = v }, 1, 1024, Without(AdapterKind.Prefix, AdapterKind.SoftPrompt, AdapterKind.DeepPrompt, AdapterKind.Lpt))
        .Whole("projection", r => r.Projection, (r, v) => r with { Projection = v }, 1, 65536, Without(AdapterKind.Prefix, AdapterKind.SoftPrompt))
        .Number("init_std", r => r.InitStd, (r, v) => r with { InitStd = v }, NumberRange.Above0(1), Without(AdapterKind.Prefix, AdapterKind.SoftPrompt, AdapterKind.DeepPrompt, AdapterKind.Lpt))
        .WholeOrAuto("width", r => r.Width, (r, v) => r with { Width = v }, 1, 65536, Without(AdapterKind.Bottleneck, AdapterKind.AdaptFormer))
        .Whole("shared_layers", r => r.SharedLayers, (r, v) => r with { SharedLayers = v }, 0, 999, Without(AdapterKind.Lpt))
        .Whole("pool", r => r.Pool, (r, v) => r with { Pool = v }, 1, 4096, Without(AdapterKind.Lpt))
        .Whole("top_k", r => r.TopK, (r, v) => r with { TopK = v }, 1, 4096, Without(AdapterKind.Lpt))
        .Number("matching", r => r.Matching, (r, v) => r with { Matching = v }, NumberRange.From0(100), Without(AdapterKind.Lpt))
        .Require(["top_k", "pool"], (r, _) => r.TopK > r.Pool ? ($"top_k {r.TopK} is above the pool of {r.Pool} prompt sets", "choose no more sets than there are; 2 of 20 is the paper's") : null)
        .Choice(
            "placement",
            [("parallel", AdapterPlacement.Parallel), ("sequential", AdapterPlacement.Sequential), ("houlsby", AdapterPlacement.Houlsby)],
            r => r.Placement,
            (r, v) => r with { Placement = v },
            Without(AdapterKind.Bottleneck, AdapterKind.AdaptFormer))
        .Require(["placement", "kind"], (r, _) => r is { Kind: AdapterKind.AdaptFormer, Placement: AdapterPlacement.Houlsby } ? ("placement houlsby with kind adaptformer", "take parallel (AdaptFormer) or sequential (LIFT's adapter)") : null)
        .Require(["input_targets", "targets"], (r, _) => r.InputTargets.FirstOrDefault(target => !r.Targets.Contains(target)) is { } stray
            ? ($"input_targets names '{stray}', which targets does not", "name it in both")
            : null)
        .Require(["targets", "kind"], (r, _) => r.Kind is AdapterKind.Lora or AdapterKind.Ia3 && r.Targets.Count == 0 ? ("no targets", "name at least one module, such as query") : null);

    private static readonly RecipeSection<CalibrationRecipe> Calibration = new RecipeSection<CalibrationRecipe>(new())
        .Choice("kind", r => r.Kind, (r, v) => r with { Kind = v })
        .Number("eta", r => r.Eta, (r, v) => r with { Eta = v }, NumberRange.From0(10), r => Unless(r, CalibrationKind.EtaNorm))
        .NumberOrAuto("tau", r => r.Tau, (r, v) => r with { Tau = v }, NumberRange.From0(10), r => Unless(r, CalibrationKind.TauNorm, CalibrationKind.LogitAdjustment))
        .NumberOrAuto("temperature", r => r.Temperature, (r, v) => r with { Temperature = v }, NumberRange.Above0(1000), r => Unless(r, CalibrationKind.Temperature))
        .Choice("distance", r => r.Distance, (r, v) => r with { Distance = v }, r => Unless(r, CalibrationKind.Ncm))
        .Number("scale", r => r.Scale, (r, v) => r with { Scale = v }, NumberRange.Above0(1000), r => Unless(r, CalibrationKind.Ncm))
        .Number("epochs", r => r.Epochs, (r, v) => r with { Epochs = v }, NumberRange.Above0(10_000), r => Unless(r, CalibrationKind.Crt, CalibrationKind.Lws))
        .Whole("batch_size", r => r.BatchSize, (r, v) => r with { BatchSize = v }, 1, 65536, r => Unless(r, CalibrationKind.Crt, CalibrationKind.Lws))
        .Number("lr", r => r.Lr, (r, v) => r with { Lr = v }, NumberRange.Above0(10), r => Unless(r, CalibrationKind.Crt, CalibrationKind.Lws));

    private static readonly RecipeSection<LossRecipe> Loss = new RecipeSection<LossRecipe>(new())
        .Choice("kind", LossKinds, r => r.Kind, (_, v) => LossRecipe.Of(v))
        .Number("gamma", r => r.Gamma, (r, v) => r with { Gamma = v }, NumberRange.Above0(10), r => UsesGamma(r) ? null : $"with kind {NameOf(r.Kind)}")
        .Number("tau", r => r.Tau, (r, v) => r with { Tau = v }, NumberRange.From0(10), r => r.Kind is LossKind.LogitAdjusted or LossKind.VectorScaling ? null : $"with kind {NameOf(r.Kind)}")
        .Number("max_margin", r => r.MaxMargin, (r, v) => r with { MaxMargin = v }, NumberRange.From0(10), r => r.Kind == LossKind.Ldam ? null : "without kind ldam")
        .Number("scale", r => r.Scale, (r, v) => r with { Scale = v }, NumberRange.Above0(1000), r => r.Kind == LossKind.Ldam || TakesCosines(r) ? null : "without kind ldam, gcl or asymmetric_gcl")
        .Number("margin", r => r.Margin, (r, v) => r with { Margin = v }, NumberRange.From0(10), r => TakesCosines(r) ? null : "without kind gcl or asymmetric_gcl")
        .Number("noise", r => r.Noise, (r, v) => r with { Noise = v }, NumberRange.From0(10), r => TakesCosines(r) ? null : "without kind gcl or asymmetric_gcl")
        .Number("gamma_positive", r => r.GammaPositive, (r, v) => r with { GammaPositive = v }, NumberRange.From0(10), WithoutAsymmetry)
        .Number("gamma_negative", r => r.GammaNegative, (r, v) => r with { GammaNegative = v }, NumberRange.From0(10), WithoutAsymmetry)
        .Number("instance_gamma_positive", r => r.InstanceGammaPositive, (r, v) => r with { InstanceGammaPositive = v }, NumberRange.From0(10), WithoutAsymmetry)
        .Number("instance_gamma_negative", r => r.InstanceGammaNegative, (r, v) => r with { InstanceGammaNegative = v }, NumberRange.From0(10), WithoutAsymmetry)
        .Number("p", r => r.P, (r, v) => r with { P = v }, NumberRange.From0(10), r => r.Kind == LossKind.Seesaw ? null : "without kind seesaw")
        .Number("q", r => r.Q, (r, v) => r with { Q = v }, NumberRange.From0(10), r => r.Kind == LossKind.Seesaw ? null : "without kind seesaw")
        .Number("label_smoothing", r => r.LabelSmoothing, (r, v) => r with { LabelSmoothing = v }, NumberRange.Share, r => IsFocal(r) ? "with a focal loss" : r.Kind is LossKind.CrossEntropy or LossKind.AsymmetricGcl ? null : $"with kind {NameOf(r.Kind)}")
        .Choice(
            "class_weights",
            [("none", ClassWeights.None), ("balanced", ClassWeights.Balanced), ("effective_number", ClassWeights.EffectiveNumber), ("inverse_frequency", ClassWeights.InverseFrequency)],
            r => r.ClassWeights,
            (r, v) => r with { ClassWeights = v },
            r => r.Kind == LossKind.Mse ? "with kind mse" : null)
        .Number("beta", r => r.Beta, (r, v) => r with { Beta = v }, NumberRange.Share, r => r.ClassWeights == ClassWeights.EffectiveNumber ? null : "without class_weights effective_number")
        .Number("weights_from", r => r.WeightsFrom, (r, v) => r with { WeightsFrom = v }, NumberRange.Share, WithoutClassWeights)
        .Number("weight_power", r => r.WeightPower, (r, v) => r with { WeightPower = v }, NumberRange.Above0(10), WithoutClassWeights)
        .Choice("normalize", [("batch", Normalize.Batch), ("weight_sum", Normalize.WeightSum)], r => r.Normalize, (r, v) => r with { Normalize = v }, WithoutClassWeights)
        .Require(["kind"], (r, given) => !IsFocal(r) || given("gamma") ? null : ("a focal loss without gamma", "give gamma; 2 is usual for focal, 1 for focal_glee"));

    private static readonly RecipeSection<StageRecipe> Stage = new RecipeSection<StageRecipe>(new())
        .Choice("backbone", [("previous", WeightStart.Previous), ("pretrained", WeightStart.Fresh)], r => r.Backbone, (r, v) => r with { Backbone = v })
        .Choice("head", [("previous", WeightStart.Previous), ("fresh", WeightStart.Fresh)], r => r.Head, (r, v) => r with { Head = v })
        .Choice("adapter", [("keep", AdapterFate.Keep), ("drop", AdapterFate.Drop), ("merge", AdapterFate.Merge)], r => r.Adapter, (r, v) => r with { Adapter = v })
        .Choice("train", [("all", TrainScope.All), ("head", TrainScope.Head), ("last_layers", TrainScope.LastLayers), ("adapter", TrainScope.Adapter)], r => r.Train, (r, v) => r with { Train = v })
        .Choice("prompts", [("shared", PromptPhase.Shared), ("group", PromptPhase.Group)], r => r.Prompts, (r, v) => r with { Prompts = v })
        .Whole("layers", r => r.Layers, (r, v) => r with { Layers = v }, 1, 1000, r => r.Train == TrainScope.LastLayers ? null : "without train last_layers")
        .Flag("frozen_dropout", r => r.FrozenDropout, (r, v) => r with { FrozenDropout = v }, r => r.Train == TrainScope.All ? "with train all, where no layer stands still" : null)
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
        .Whole("hold", r => r.Hold, (r, v) => r with { Hold = v }, 0, 100_000_000)
        .Number("hold_factor", r => r.HoldFactor, (r, v) => r with { HoldFactor = v }, NumberRange.From0(1), r => r.Hold > 0 ? null : "without hold")
        .Number("power", r => r.Power, (r, v) => r with { Power = v }, NumberRange.Above0(10), r => r.Schedule == ScheduleKind.Polynomial ? null : "without schedule polynomial")
        .Number("lr_end", r => r.LrEnd, (r, v) => r with { LrEnd = v }, NumberRange.From0(10), r => r.Schedule == ScheduleKind.Constant ? "with schedule constant" : null)
        .Number("mixout", r => r.Mixout, (r, v) => r with { Mixout = v }, NumberRange.Share)
        .Number("child", r => r.Child, (r, v) => r with { Child = v }, NumberRange.Above0(1))
        .Number("clip", r => r.Clip, (r, v) => r with { Clip = v }, NumberRange.From0(1e6))
        .Nested("loss", Loss, r => r.Loss, (r, v) => r with { Loss = v })
        .Choice("data", r => r.Data, (r, v) => r with { Data = v })
        .Choice("sampler", r => r.Sampler, (r, v) => r with { Sampler = v })
        .Whole("samples_per_class", r => r.SamplesPerClass, (r, v) => r with { SamplesPerClass = v }, 1, 1000, r => r.Sampler is SamplerKind.ClassAware or SamplerKind.Dual ? null : "without sampler class_aware or dual")
        .Number("sampler_beta", r => r.SamplerBeta, (r, v) => r with { SamplerBeta = v }, NumberRange.Share, r => r.Sampler == SamplerKind.EffectiveNumber ? null : "without sampler effective_number")
        .Number("repeat_threshold", r => r.RepeatThreshold, (r, v) => r with { RepeatThreshold = v }, NumberRange.Above0(1), r => r.Sampler == SamplerKind.RepeatFactor ? null : "without sampler repeat_factor")
        .Number("instance_weight", r => r.InstanceWeight, (r, v) => r with { InstanceWeight = v }, NumberRange.From0(10), r => r.Sampler == SamplerKind.Dual ? null : "without sampler dual")
        .Require(["tokens_per_batch", "sampler"], (r, _) => r.Sampler == SamplerKind.Dual && r.TokensPerBatch is not null
            ? ("tokens_per_batch beside sampler dual, whose two draws are batches of batch_size", "give batch_size")
            : null)
        .Whole("eval_every", r => r.EvalEvery, (r, v) => r with { EvalEvery = v }, 1, 100_000_000)
        .Text("metric", r => r.Metric, (r, v) => r with { Metric = v }, $"one of {string.Join(", ", MetricNames)}", MetricNames.Contains, MetricNames)
        .Require(["metric", "loss"], (r, _) => (r.Loss.Kind == LossKind.Mse) == RegressionReport.MetricNames.Contains(r.Metric) ? null
            : r.Loss.Kind == LossKind.Mse ? ($"loss mse predicts numbers, and metric {r.Metric} scores classes", $"give metric {string.Join(", ", RegressionReport.MetricNames)}")
            : ($"metric {r.Metric} scores numbers, and the loss is one of classes", "give loss mse, or another metric"))
        .Require(["sampler", "loss"], (r, _) => r.Loss.Kind == LossKind.Mse && r.Sampler is not (SamplerKind.Random or SamplerKind.Sequential)
            ? ("a sampler that draws by class beside loss mse, which has no classes", "take sampler random")
            : null)
        .Choice("keep", [("best", KeptWeights.Best), ("last", KeptWeights.Last)], r => r.Keep, (r, v) => r with { Keep = v })
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
        .Nested("adapter", Adapter, r => r.Adapter, (r, v) => r with { Adapter = v })
        .Nested("head", Head, r => r.Head, (r, v) => r with { Head = v })
        .List("stages", Stage, r => r.Stages, (r, v) => r with { Stages = v }, 16)
        .OneOrMore("calibration", Calibration, r => r.Calibrations.Count == 0 ? [new()] : r.Calibrations, (r, v) => r with { Calibrations = v.Where(c => c.Kind != CalibrationKind.None).ToArray() }, 3)
        .Require(["stages"], (r, _) => r.PredictsNumbers && r.Stages.Any(stage => stage.Loss.Kind != LossKind.Mse) ? ("loss mse in one stage and a loss of classes in another", "give all stages loss mse, or none") : null)
        .Require(["head", "stages"], (r, _) => r.PredictsNumbers && r.Head.Kind == HeadKind.Mlm ? ("head kind mlm, which scores classes by words, with loss mse, which predicts numbers", "take head kind cls") : null)
        .Require(["head", "stages"], (r, _) => r.PredictsNumbers && (r.Head.Kind == HeadKind.Cosine || r.Head.Init is HeadInit.ClassMeans or HeadInit.LinearProbe or HeadInit.ClassNames)
            ? ("a head of classes' directions with loss mse, which predicts numbers", "take head kind cls or linear, with init normal")
            : null)
        .Require(["head", "stages"], (r, _) => r.Stages.FirstOrDefault(stage => TakesCosines(stage.Loss)) is { } stage && r.Head is not { Kind: HeadKind.Cosine, Scale: 1 }
            ? ($"loss {NameOf(stage.Loss.Kind)} takes cosines and multiplies them itself, and the head gives others", "take head { kind: cosine, scale: 1 }")
            : null)
        .Require(["calibration", "stages"], (r, _) => r.PredictsNumbers && r.Calibrations.Count > 0 ? ("a calibration of class scores with loss mse, which predicts numbers", "leave calibration out") : null)
        .Require(["stages", "adapter"], (r, _) => StageWeights.Fault(r))
        .Require(["input", "head"], (r, _) => r.Head.Kind == HeadKind.Mlm && (r.Input.Kind != InputKind.Template || !PromptTemplate.Parse(r.Input.Template).HasMask)
            ? ("head kind mlm reads a mask, and the input has none", "give input a template with {mask}, such as '{text} This is about {mask}.'")
            : null)
        .Require(["calibration", "head"], (r, _) => r.Head.Kind == HeadKind.Mlm && r.Calibrations.FirstOrDefault(NeedsClassWeights) is { } calibration
            ? ($"{RecipeName.Of(calibration.Kind)} works on the rows of class weights, and head kind mlm has none", "leave calibration out, or take ncm, logit_adjustment or temperature")
            : null)
        .Require(["calibration"], (r, _) => r.Calibrations.Zip(r.Calibrations.Skip(1)).Any(pair => Place(pair.First.Kind) >= Place(pair.Second.Kind))
            ? ($"calibrations in the order {string.Join(", ", r.Calibrations.Select(c => RecipeName.Of(c.Kind)))}", "give at most one of eta_norm, tau_norm, crt, lws and ncm, then logit_adjustment, then temperature")
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
        ("gcl", LossKind.Gcl),
        ("asymmetric_gcl", LossKind.AsymmetricGcl),
        ("mse", LossKind.Mse),
    ];

    private static (string Name, AdapterKind Value)[] AdapterKinds =>
    [
        ("none", AdapterKind.None),
        ("lora", AdapterKind.Lora),
        ("ia3", AdapterKind.Ia3),
        ("prefix", AdapterKind.Prefix),
        ("soft_prompt", AdapterKind.SoftPrompt),
        ("bottleneck", AdapterKind.Bottleneck),
        ("bitfit", AdapterKind.BitFit),
        ("layer_norm", AdapterKind.LayerNorm),
        ("deep_prompt", AdapterKind.DeepPrompt),
        ("lpt", AdapterKind.Lpt),
        ("adaptformer", AdapterKind.AdaptFormer),
        ("ssf", AdapterKind.Ssf),
    ];

    private const string ModuleName = "the end of a module's path, such as query or output.dense";

    private static string? AsModuleName(string text) => text.Length is >= 1 and <= 200 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_') ? text : null;

    private static int? AsLayer(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer < 1000 ? layer : null;

    /// <summary>A key that only these kinds of adapter have.</summary>
    private static Func<AdapterRecipe, string?> Without(params AdapterKind[] kinds) =>
        adapter => kinds.Contains(adapter.Kind) ? null : $"with adapter kind {AdapterKinds.Single(known => known.Value == adapter.Kind).Name}";

    private static string NameOf(LossKind kind) => LossKinds.Single(known => known.Value == kind).Name;

    private static bool IsFocal(LossRecipe loss) => loss.Kind is LossKind.Focal or LossKind.FocalGlee;

    private static bool TakesCosines(LossRecipe loss) => loss.Kind is LossKind.Gcl or LossKind.AsymmetricGcl;

    private static string? WithoutAsymmetry(LossRecipe loss) => loss.Kind == LossKind.AsymmetricGcl ? null : "without kind asymmetric_gcl";

    private static bool UsesGamma(LossRecipe loss) => IsFocal(loss) || loss.Kind == LossKind.VectorScaling;

    private static string? Unless(CalibrationRecipe calibration, params ReadOnlySpan<CalibrationKind> kinds)
    {
        foreach (CalibrationKind kind in kinds)
        {
            if (calibration.Kind == kind)
            {
                return null;
            }
        }

        return $"without kind {string.Join(" or ", kinds.ToArray().Select(RecipeName.Of))}";
    }

    private static bool NeedsClassWeights(CalibrationRecipe calibration) => calibration.Kind is CalibrationKind.EtaNorm or CalibrationKind.TauNorm or CalibrationKind.Crt or CalibrationKind.Lws;

    /// <summary>What changes the classifier itself comes first, then what shifts its scores, then what scales them all.</summary>
    private static int Place(CalibrationKind kind) => kind switch
    {
        CalibrationKind.LogitAdjustment => 1,
        CalibrationKind.Temperature => 2,
        _ => 0,
    };

    private static string? WithoutClassWeights(LossRecipe loss) => loss.ClassWeights == ClassWeights.None ? "without class_weights" : null;

    private static string? WithMlmHead(HeadRecipe head) => head.Kind == HeadKind.Mlm ? "with kind mlm" : null;

    private static string? WithoutDense(HeadRecipe head) => head.Kind == HeadKind.Cls ? null : $"with kind {RecipeName.Of(head.Kind)}";

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

    private static string? WithoutPictures(InputRecipe input) => input.ReadsPictures ? null : "without kind image";

    private static string? WithoutAdamW(StageRecipe stage) => stage.Optimizer == OptimizerKind.AdamW ? null : "without optimizer adamw";

    private static string? WithoutSgd(StageRecipe stage) => stage.Optimizer == OptimizerKind.Sgd ? null : "without optimizer sgd";
}
