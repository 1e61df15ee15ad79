using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

public class RecipeReaderTests
{
    /// <summary>A valid recipe; the cases below spoil one place of it.</summary>
    private const string Valid = """
        name: mine
        summary: A test
        paper: None
        input:
          max_length: 64
        head:
          activation: relu
        stages:
          - train: head
            steps: 100
            lr: 1e-3
          - epochs: 3
            lr: 5e-5
            loss:
              kind: focal
              gamma: 2
        calibration:
          kind: eta_norm
        """;

    [Fact]
    public void A_recipe_has_the_values_given_and_the_defaults_of_the_others()
    {
        Recipe recipe = RecipeReader.Parse(Valid, "mine.yaml");
        Assert.Equal(("mine", 64, HeadActivation.Relu, 0.1), (recipe.Name, recipe.Input.MaxLength, recipe.Head.Activation, recipe.Head.Dropout));
        Assert.Equal(new StageRecipe { Train = TrainScope.Head, Steps = 100, Lr = 1e-3 }, recipe.Stages[0]);
        Assert.Equal(new StageRecipe { Epochs = 3, Loss = new LossRecipe { Kind = LossKind.Focal, Gamma = 2 } }, recipe.Stages[1]);
        Assert.Equal([new CalibrationRecipe { Kind = CalibrationKind.EtaNorm, Eta = 1.1 }], recipe.Calibrations);
    }

    [Theory]
    [InlineData("lr: 5e-5", "lrr: 5e-5", "mine.yaml:13: stages.1: unknown key 'lrr' (did you mean 'lr'?); the keys here are backbone, head, adapter, train, prompts, layers, frozen_dropout, epochs,")]
    [InlineData("head:\n", "haed:\n", "mine.yaml:6: unknown key 'haed' (did you mean 'head'?)")]
    [InlineData("relu", "rellu", "mine.yaml:7: head.activation: 'rellu' (did you mean 'relu'?); expected one of tanh, relu")]
    [InlineData("lr: 5e-5", "lr: fast", "mine.yaml:13: stages.1.lr: 'fast'; expected a number above 0 and at most 10")]
    [InlineData("lr: 5e-5", "lr: 0", "mine.yaml:13: stages.1.lr: '0'; expected a number above 0 and at most 10")]
    [InlineData("lr: 5e-5", "lr: .nan", "mine.yaml:13: stages.1.lr: '.nan'")]
    [InlineData("lr: 5e-5", "lr: NaN", "mine.yaml:13: stages.1.lr: 'NaN'")]
    [InlineData("lr: 5e-5", "lr: '5e-5'", "mine.yaml:13: stages.1.lr: a text in quotes, '5e-5'; expected a number")]
    [InlineData("lr: 5e-5", "lr: [1, 2]", "mine.yaml:13: stages.1.lr: a list of 2; expected a number")]
    [InlineData("max_length: 64", "max_length: 64.5", "mine.yaml:5: input.max_length: '64.5'; expected a whole number from 3 to 65536")]
    [InlineData("max_length: 64", "max_length: 2", "mine.yaml:5: input.max_length: '2'; expected a whole number from 3 to 65536")]
    [InlineData("max_length: 64", "max_length: 99999999999", "mine.yaml:5: input.max_length: '99999999999'")]
    [InlineData("steps: 100", "steps: 100\n    epochs: 2", "both epochs and steps; give one of them")]
    [InlineData("max_length: 64", "kind: template", "mine.yaml:5: input.kind: kind template without a template; give template, such as ")]
    [InlineData("max_length: 64", "template: '{text} {mask}'", "mine.yaml:5: input.template: template means nothing without kind template")]
    [InlineData("max_length: 64", "kind: template\n  template: '{text} {msk}'", "mine.yaml:6: input.template: unknown placeholder {msk}; the placeholders are {cls} {sep} {mask}")]
    [InlineData("activation: relu", "kind: mlm", "mine.yaml:4: input: head kind mlm reads a mask, and the input has none; give input a template with {mask}")]
    [InlineData("max_length: 64\nhead:\n  activation: relu", "kind: template\n  template: '{text} only'\nhead:\n  kind: mlm", "mine.yaml:4: input: head kind mlm reads a mask, and the input has none")]
    [InlineData("max_length: 64\nhead:\n  activation: relu", "kind: template\n  template: '{text} {mask}'\nhead:\n  kind: mlm", "mine.yaml:18: calibration: eta_norm works on the rows of class weights, and head kind mlm has none")]
    [InlineData("activation: relu", "norm: pretrained\n  dropout: 0.1", "mine.yaml:8: head.dropout: dropout means nothing with norm pretrained")]
    [InlineData("activation: relu", "decoder: decoupled", "mine.yaml:7: head.decoder: decoder means nothing without kind mlm")]
    [InlineData("activation: relu", "kind: linear\n  activation: relu", "mine.yaml:8: head.activation: activation means nothing with kind linear")]
    [InlineData("activation: relu", "scale: 25", "mine.yaml:7: head.scale: scale means nothing without kind cosine")]
    [InlineData("activation: relu", "kind: cosine\n  scale: 0", "mine.yaml:8: head.scale: '0'; expected a number above 0 and at most 1000")]
    [InlineData("activation: relu", "kind: cosine\n  init_std: 0.1", "mine.yaml:8: head.init_std: init_std means nothing with kind cosine, whose rows start at length 1")]
    [InlineData("activation: relu", "kind: cosine\n  init: zeros", "mine.yaml:8: head.init: init zeros with head kind cosine; rows of zeros have no direction: take init normal")]
    [InlineData("activation: relu", "activation: relu\n  init: class_means", "mine.yaml:8: head.init: init class_means with head kind cls; take head kind linear, or init normal or uniform")]
    [InlineData("activation: relu", "kind: linear\n  init: class_mean", "mine.yaml:8: head.init: 'class_mean' (did you mean 'class_means'?); expected one of normal, uniform, zeros, class_means, linear_probe")]
    [InlineData("activation: relu", "kind: linear\n  init_examples: 100", "mine.yaml:8: head.init_examples: init_examples means nothing without init class_means or linear_probe")]
    [InlineData("kind: focal\n      gamma: 2", "kind: gcl", "mine.yaml:6: head: loss gcl takes cosines and multiplies them itself, and the head gives others; take head { kind: cosine, scale: 1 }")]
    [InlineData("gamma: 2", "gamma: 2\n      margin: 0.1", "mine.yaml:17: stages.1.loss.margin: margin means nothing without kind gcl or asymmetric_gcl")]
    [InlineData("kind: focal\n      gamma: 2", "kind: gcl\n      gamma_negative: 2", "mine.yaml:16: stages.1.loss.gamma_negative: gamma_negative means nothing without kind asymmetric_gcl")]
    [InlineData("kind: focal\n      gamma: 2", "kind: gcl\n      label_smoothing: 0.1", "mine.yaml:16: stages.1.loss.label_smoothing: label_smoothing means nothing with kind gcl")]
    [InlineData("kind: focal\n      gamma: 2", "kind: asymmetric_gcl\n      noise: -1", "mine.yaml:16: stages.1.loss.noise: '-1'; expected a number at least 0 and at most 10")]
    [InlineData("steps: 100", "batch_size: 8", "mine.yaml:9: stages.0: neither epochs nor steps; give one of them")]
    [InlineData("steps: 100", "steps: 100\n    batch_size: 8\n    tokens_per_batch: 4096", "mine.yaml:11: stages.0.batch_size: batch_size means nothing beside tokens_per_batch; remove batch_size")]
    [InlineData("steps: 100", "steps: 100\n    optimizer: sgd\n    nesterov: true", "mine.yaml:12: stages.0.nesterov: nesterov without momentum; give momentum")]
    [InlineData("steps: 100", "steps: 100\n    momentum: 0.9", "mine.yaml:11: stages.0.momentum: momentum means nothing without optimizer sgd")]
    [InlineData("steps: 100", "steps: 100\n    optimizer: sgd\n    beta1: 0.9", "mine.yaml:12: stages.0.beta1: beta1 means nothing without optimizer adamw")]
    [InlineData("steps: 100", "steps: 100\n    head_lr: 0.1", "mine.yaml:11: stages.0.head_lr: head_lr means nothing with train head")]
    [InlineData("steps: 100", "steps: 100\n    power: 2", "mine.yaml:11: stages.0.power: power means nothing without schedule polynomial")]
    [InlineData("steps: 100", "steps: 100\n    lr_end: 0.01", "mine.yaml:11: stages.0.lr_end: lr_end 0.01 is not below lr 0.001")]
    [InlineData("steps: 100", "steps: 100\n    warmup: 1.5", "mine.yaml:11: stages.0.warmup: a warmup of broken steps")]
    [InlineData("steps: 100", "steps: 100\n    warmup: 200", "mine.yaml:11: stages.0.warmup: a warmup of 200 in 100 steps")]
    [InlineData("steps: 100", "steps: 100\n    schedule: cosine_restarts", "mine.yaml:11: stages.0.schedule: 'cosine_restarts'")]
    [InlineData("steps: 100", "steps: 100\n    nesterov: yes", "mine.yaml:11: stages.0.nesterov: 'yes'; expected one of true, false")]
    [InlineData("steps: 100", "steps: 100\n    metric: makro_f1", "mine.yaml:11: stages.0.metric: 'makro_f1' (did you mean 'macro_f1'?)")]
    [InlineData("kind: focal", "kind: cross_entropy", "mine.yaml:16: stages.1.loss.gamma: gamma means nothing with kind cross_entropy")]
    [InlineData("gamma: 2", "label_smoothing: 0", "mine.yaml:16: stages.1.loss.label_smoothing: label_smoothing means nothing with a focal loss")]
    [InlineData("gamma: 2", "class_weights: balanced", "mine.yaml:15: stages.1.loss.kind: a focal loss without gamma")]
    [InlineData("gamma: 2", "gamma: 2\n      beta: 0.9", "mine.yaml:17: stages.1.loss.beta: beta means nothing without class_weights effective_number")]
    [InlineData("gamma: 2", "gamma: 2\n      normalize: weight_sum", "mine.yaml:17: stages.1.loss.normalize: normalize means nothing without class_weights")]
    [InlineData("kind: eta_norm", "eta: 1.2", "mine.yaml:18: calibration.eta: eta means nothing without kind eta_norm")]
    [InlineData("kind: eta_norm", "kind: tau_norm\n  tau: best", "mine.yaml:19: calibration.tau: 'best'; expected auto, or a number at least 0 and at most 10")]
    [InlineData("kind: eta_norm", "kind: temperature\n  temperature: 0", "mine.yaml:19: calibration.temperature: '0'; expected auto, or a number above 0 and at most 1000")]
    [InlineData("kind: eta_norm", "kind: temperature\n  temperature: nan", "mine.yaml:19: calibration.temperature: 'nan'")]
    [InlineData("kind: eta_norm", "kind: eta_norm\n  tau: 1", "mine.yaml:19: calibration.tau: tau means nothing without kind tau_norm or logit_adjustment")]
    [InlineData("kind: eta_norm", "kind: ncm\n  epochs: 3", "mine.yaml:19: calibration.epochs: epochs means nothing without kind crt or lws")]
    [InlineData("kind: eta_norm", "kind: crt\n  scale: 3", "mine.yaml:19: calibration.scale: scale means nothing without kind ncm")]
    [InlineData("kind: eta_norm", "kind: lws\n  temperature: 2", "mine.yaml:19: calibration.temperature: temperature means nothing without kind temperature")]
    [InlineData("  kind: eta_norm", "  - kind: temperature\n  - kind: logit_adjustment", "mine.yaml:17: calibration: calibrations in the order temperature, logit_adjustment; give at most one of eta_norm")]
    [InlineData("  kind: eta_norm", "  - kind: crt\n  - kind: tau_norm", "mine.yaml:17: calibration: calibrations in the order crt, tau_norm; give at most one of eta_norm")]
    [InlineData("  kind: eta_norm", "  - kind: crt\n  - kind: crrt", "mine.yaml:19: calibration.1.kind: 'crrt' (did you mean 'crt'?); expected one of none, eta_norm, tau_norm")]
    [InlineData("  kind: eta_norm", "  - kind: crt\n  - kind: logit_adjustment\n  - kind: temperature\n  - kind: ncm", "mine.yaml:18: calibration: a list of 4; expected at most 3")]
    [InlineData("steps: 100", "steps: 100\n    sampler: class_awar", "mine.yaml:11: stages.0.sampler: 'class_awar' (did you mean 'class_aware'?); expected one of random, sequential, square_root")]
    [InlineData("steps: 100", "steps: 100\n    samples_per_class: 2", "mine.yaml:11: stages.0.samples_per_class: samples_per_class means nothing without sampler class_aware or dual")]
    [InlineData("steps: 100", "steps: 100\n    sampler: class_aware\n    samples_per_class: 0", "mine.yaml:12: stages.0.samples_per_class: '0'; expected a whole number from 1 to 1000")]
    [InlineData("steps: 100", "steps: 100\n    sampler_beta: 0.9", "mine.yaml:11: stages.0.sampler_beta: sampler_beta means nothing without sampler effective_number")]
    [InlineData("steps: 100", "steps: 100\n    repeat_threshold: 0.1", "mine.yaml:11: stages.0.repeat_threshold: repeat_threshold means nothing without sampler repeat_factor")]
    [InlineData("steps: 100", "steps: 100\n    instance_weight: 0.1", "mine.yaml:11: stages.0.instance_weight: instance_weight means nothing without sampler dual")]
    [InlineData("steps: 100", "steps: 100\n    sampler: dual\n    tokens_per_batch: 512", "mine.yaml:12: stages.0.tokens_per_batch: tokens_per_batch beside sampler dual, whose two draws are batches of batch_size; give batch_size")]
    [InlineData("steps: 100", "steps: 100\n    data: augmentd", "mine.yaml:11: stages.0.data: 'augmentd' (did you mean 'augmented'?); expected one of train, augmented")]
    [InlineData("gamma: 2", "gamma: 2\n      weights_from: 0.8", "mine.yaml:17: stages.1.loss.weights_from: weights_from means nothing without class_weights")]
    [InlineData("gamma: 2", "gamma: 2\n      class_weights: balanced\n      weights_from: 1", "mine.yaml:18: stages.1.loss.weights_from: '1'; expected a number at least 0 and below 1")]
    [InlineData("name: mine", "name: My Recipe", "mine.yaml:1: name: 'My Recipe'; expected lower-case letters")]
    [InlineData("paper: None\n", "", "mine.yaml:1: no key 'paper'; add paper")]
    [InlineData("  activation: relu", "  - relu", "mine.yaml:7: head: a list of 1; expected keys and values: kind, feature, width, activation")]
    [InlineData("summary: A test", "name: twice", "mine.yaml:2: not valid YAML: ")]
    [InlineData("summary: A test", "summary: [A test", "mine.yaml:2: not valid YAML: the text ends too early or a bracket is not closed")]
    [InlineData("summary: A test", "summary: &a test", "mine.yaml:2: an anchor in a recipe")]
    [InlineData("summary: A test", "summary: *a", "mine.yaml:2: an alias in a recipe")]
    [InlineData("summary: A test", "summary: !!str test", "mine.yaml:2: a tag in a recipe")]
    [InlineData("summary: A test", "summary: [[[[[[[[[[[[1]]]]]]]]]]]]", "mine.yaml:2: nesting deeper than 8")]
    [InlineData("name: mine", "---\nname: mine\n---\nname: two\n---", "a second document in a recipe")]
    public void A_fault_names_its_line_the_key_and_what_was_expected(string place, string spoilt, string expected)
    {
        string yaml = Valid.Replace(place, spoilt, StringComparison.Ordinal);
        Assert.NotEqual(Valid, yaml);
        InputException fault = Assert.Throws<InputException>(() => RecipeReader.Parse(yaml, "mine.yaml"));
        Assert.StartsWith("mine.yaml:", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void A_loss_begins_with_the_values_that_are_usual_for_it()
    {
        LossRecipe Read(string loss) => RecipeReader.Parse($"name: a\nsummary: b\npaper: c\nhead: {{ kind: cosine, scale: 1 }}\nstages: [{{ epochs: 1, loss: {loss} }}]", "mine.yaml").Stages[0].Loss;
        Assert.Equal(new LossRecipe { Kind = LossKind.Gcl, Scale = 20, Margin = 0.1, Noise = 0.5 }, Read("gcl"));
        Assert.Equal(
            new LossRecipe { Kind = LossKind.AsymmetricGcl, Scale = 20, LabelSmoothing = 0.1, GammaPositive = 0, GammaNegative = 4, InstanceGammaPositive = 0.5, InstanceGammaNegative = 8 },
            Read("asymmetric_gcl"));

        // Whatever the order of the keys.
        Assert.Equal(new LossRecipe { Kind = LossKind.AsymmetricGcl, Scale = 30, LabelSmoothing = 0 }, Read("{ scale: 30, label_smoothing: 0, kind: asymmetric_gcl }"));
        Assert.Equal(new LossRecipe { Kind = LossKind.Ldam }, Read("ldam"));
    }

    [Theory]
    [InlineData("tau_norm")]
    [InlineData("eta_norm")]
    [InlineData("crt")]
    [InlineData("lws")]
    public void What_works_on_class_weights_is_refused_beside_an_mlm_head(string kind)
    {
        string yaml = RecipeCatalogue.Source("prompt") + $"calibration: {{ kind: {kind} }}\n";
        Assert.Contains($"calibration: {kind} works on the rows of class weights, and head kind mlm has none; leave calibration out, or take ncm", Assert.Throws<InputException>(() => RecipeReader.Parse(yaml, "mine.yaml")).Message, StringComparison.Ordinal);
        Assert.Equal(3, RecipeReader.Parse(RecipeCatalogue.Source("prompt") + "calibration: [{ kind: ncm }, { kind: logit_adjustment }, { kind: temperature }]\n", "mine.yaml").Calibrations.Count);
    }

    [Theory]
    [InlineData("", "mine.yaml: the recipe is empty")]
    [InlineData("# nothing\n", "mine.yaml: the recipe is empty")]
    [InlineData("just words", "mine.yaml:1: 'just words'; expected keys and values: name, summary, paper, input, adapter, head, stages, calibration")]
    [InlineData("name: a\nsummary: b\npaper: c\nstages: []", "mine.yaml:4: stages: a list of 0; expected a list of 1 to 16 entries")]
    [InlineData("name: a\nsummary: b\npaper: c\nstages: {lr: 1}", "mine.yaml:4: stages: keys and values; expected a list of 1 to 16 entries")]
    public void A_text_that_is_no_recipe_is_refused(string yaml, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<InputException>(() => RecipeReader.Parse(yaml, "mine.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Nesting_without_end_is_refused_before_it_can_exhaust_the_stack()
    {
        InputException fault = Assert.Throws<InputException>(() => RecipeReader.Parse(new string('[', 60_000), "mine.yaml"));
        Assert.Contains("nesting deeper than 8", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spoilt_text_never_ends_in_anything_but_a_recipe_or_one_clear_line()
    {
        const string Junk = "-:[]{}#&*!|>'\"%@`\t\n 0a.,?~\\";
        RandomStream random = RandomStream.For(1, "spoilt recipes");
        const int Count = 2000;
        int refused = 0;
        for (int i = 0; i < Count; i++)
        {
            char[] text = Valid.ToCharArray();
            for (int n = random.NextInt(4); n >= 0; n--)
            {
                text[random.NextInt(text.Length)] = Junk[random.NextInt(Junk.Length)];
            }

            try
            {
                RecipeReader.Parse(new string(text), "mine.yaml");
            }
            catch (InputException fault)
            {
                refused++;
                Assert.DoesNotContain('\n', fault.Message);
            }
        }

        Assert.InRange(refused, Count / 2, Count);
    }

    [Fact]
    public void Files_that_are_missing_too_large_or_not_utf8_are_refused()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string file = Path.Combine(folder, "r.yaml");
            Assert.StartsWith($"{file}: no such recipe file", Refusal(file), StringComparison.Ordinal);
            File.WriteAllText(file, new string('#', 70_000));
            Assert.StartsWith($"{file}: the file is larger than 65536 bytes", Refusal(file), StringComparison.Ordinal);
            File.WriteAllBytes(file, [(byte)'a', 0xff]);
            Assert.StartsWith($"{file}: cannot be read", Refusal(file), StringComparison.Ordinal);
            Assert.StartsWith($"{folder}: cannot be read", Refusal(folder), StringComparison.Ordinal);
            File.WriteAllText(file, "\uFEFF" + Valid.Replace("\n", "\r\n", StringComparison.Ordinal));
            Assert.Equal("mine", RecipeReader.Read(file).Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Refusal(string path) => Assert.Throws<InputException>(() => RecipeReader.Read(path)).Message;
}
