using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Goldens.Tests;

/// <summary>One of the reference's small checkpoints with a head: its figures, and the checks that every architecture passes.</summary>
internal abstract class ModelGolden : IDisposable
{
    private readonly SafetensorsFile _golden;

    protected ModelGolden(string directory)
    {
        Directory = directory;
        Kind = Architecture(directory);
        _golden = SafetensorsFile.Open(Path.Combine(directory, "golden.safetensors"));
        Checkpoint = SafetensorsCheckpoint.Open(directory);
    }

    protected string Directory { get; }

    protected string Kind { get; }

    protected SafetensorsCheckpoint Checkpoint { get; }

    /// <summary>The golden of a directory, or null when its architecture is not built.</summary>
    public static ModelGolden? Open(string directory) => Architecture(directory) switch
    {
        "BertForSequenceClassification" or "BertForTokenClassification" or "BertForMaskedLM" => new BertGolden(directory),
        "ViTForImageClassification" or "DeiTForImageClassification" or "Dinov2ForImageClassification" or "CLIPVisionModelWithProjection" => new VisionGolden(directory),
        "CLIPTextModelWithProjection" => new ClipTextGolden(directory),
        _ => null,
    };

    public virtual bool Has(string check) => true;

    public void Check(string check)
    {
        using DisposeScope scope = NewDisposeScope();
        using GoldenModel model = Model();
        switch (check)
        {
            case "hidden states": HiddenStates(model); break;
            case "logits": Near.Equal(Packed(Gold("out.logits")), model.Logits(read: false), Losses, "logits"); break;
            case "loss": Near.Equal(Gold("loss").item<float>(), Loss(model, read: false).item<float>(), Losses, "loss"); break;
            case "gradients": Gradients(model, read: false); break;
            case "gradients through the read position": Gradients(model, read: true); break;
            default: TenSteps(model); break;
        }
    }

    public void Dispose()
    {
        _golden.Dispose();
        Checkpoint.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string Architecture(string directory) => JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "config.json")))!["architectures"]![0]!.GetValue<string>();

    protected Tensor Gold(string name) => _golden.Read(name);

    protected abstract GoldenModel Model();

    private static double Losses => PrecisionScope.Current == Precision.Mixed ? Near.MixedLosses : Near.Losses;

    private static double GradientTolerance => PrecisionScope.Current == Precision.Mixed ? Near.MixedGradients : Near.Gradients;

    /// <summary>Figures of all positions as the model gives them.</summary>
    protected virtual Tensor Packed(Tensor figures) => figures;

    /// <summary>The golden's name of a parameter, which is the one in memory.</summary>
    private static string InMemory(string name) => NameMap.ImageNameInMemory(name) ?? name;

    private Tensor Loss(GoldenModel model, bool read)
    {
        Tensor labels = Gold("in.labels");
        return F.cross_entropy(model.Logits(read), labels.dim() == 2 ? Packed(labels) : labels, ignore_index: -100);
    }

    private void HiddenStates(GoldenModel model)
    {
        int seen = 0;
        model.Observe((layer, states) =>
        {
            seen++;
            Near.Equal(Packed(Gold($"out.hidden.{layer}")), states, Losses, $"hidden state {layer}");
        });
        Assert.Equal(model.Layers + 1, seen);
    }

    private void Gradients(GoldenModel model, bool read)
    {
        Loss(model, read).backward();
        KeyValuePair<string, Tensor>[] gradients = model.Build.All.SelectMany(ParameterGradient.ByPart).ToArray();
        Assert.Equal(_golden.Entries.Keys.Count(key => key.StartsWith("grad.", StringComparison.Ordinal)), gradients.Length);
        foreach ((string name, Tensor gradient) in gradients)
        {
            Near.Equal(Gold("grad." + InMemory(name)), gradient, GradientTolerance, "gradient of " + name, ParameterGradient.LeastScale(name, gradients));
        }
    }

    private void TenSteps(GoldenModel model)
    {
        using var optimizer = new AdamW([new ParameterGroup { Parameters = model.Build.All, WeightDecay = 0.01 }], 0.9, 0.999, 1e-8);
        Tensor losses = Gold("losses");
        for (int step = 0; step < 10; step++)
        {
            Tensor loss = Loss(model, read: false);
            Near.Equal(losses[step].item<float>(), loss.item<float>(), Near.Steps, $"loss before step {step + 1}");
            loss.backward();
            optimizer.Step(1e-3, 1.0);
        }

        foreach ((string name, Tensor value) in ModelDirectory.Weights(model.Build.All))
        {
            // A key bias has no gradient but rounding noise, which Adam scales up to whole steps.
            if (!ParameterGradient.IsKeyBias(name))
            {
                Near.Equal(Gold("after." + InMemory(name)), value, Near.Steps, name + " after ten steps");
            }
        }
    }
}

/// <summary>A checkpoint made into a model, and its golden's inputs.</summary>
internal abstract class GoldenModel(ParameterBuilder build) : IDisposable
{
    public ParameterBuilder Build => build;

    public abstract int Layers { get; }

    /// <summary>Shows the embeddings (0) and what each layer makes of them (1, 2, ...).</summary>
    public abstract void Observe(Action<int, Tensor> see);

    /// <summary>The head's result.</summary>
    /// <param name="read">Whether by way of the read position alone.</param>
    public abstract Tensor Logits(bool read);

    public virtual void Dispose()
    {
        foreach (Parameter parameter in build.All)
        {
            parameter.Dispose();
        }

        GC.SuppressFinalize(this);
    }
}
