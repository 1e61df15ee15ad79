using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>lpt.safetensors: both phases of LPT on models/vit-cls, from pixels to every gradient.</summary>
public sealed class LptPhaseGoldens : IDisposable
{
    private readonly SafetensorsFile? _file = Open();
    private readonly ImageModel? _model;
    private readonly LptAdapter? _lpt;

    public LptPhaseGoldens()
    {
        if (_file is null)
        {
            return;
        }

        Libtorch.Load(1);
        using DisposeScope scope = NewDisposeScope();
        long[] settings = _file.Read("settings.P_pool_k_K").data<long>().ToArray();
        _model = ImageModel.Load(GoldenFolder.Of(Path.Combine("models", "vit-cls")), Recipe(settings), (int)_file.Entries["W"].Shape[0], seed: 0);
        _lpt = (LptAdapter)_model.Adapter!;
        using var _ = no_grad();
        Tensor shared = _file.Read("U"), groups = _file.Read("R");
        foreach (Parameter parameter in _model.Parameters)
        {
            int layer = _model.LayerOf(parameter);
            Tensor? value = parameter.Name.EndsWith(".shared_prompt", StringComparison.Ordinal) ? shared[layer]
                : parameter.Name.EndsWith(".group_prompts", StringComparison.Ordinal) ? groups.select(1, layer - _lpt.SharedLayers)
                : parameter.Name == "lpt.keys" ? _file.Read("keys")
                : parameter.Name == ClsHead.OutputPath + ".weight" ? _file.Read("W")
                : null;
            if (value is not null)
            {
                parameter.Value.copy_(value);
            }
        }
    }

    private static string[] Checks => ["phase 1: feature", "phase 1: cosines", "phase 1: loss", "phase 1: gradients", "phase 2: query", "phase 2: similarity", "phase 2: chosen", "phase 2: cosines", "phase 2: loss", "phase 2: gradients"];

    [Fact]
    public void Both_phases_agree_with_the_reference()
    {
        if (_model is null)
        {
            Assert.Skip("lpt.safetensors is not in this golden set");
        }

        Tally.RunAll("lpt", Checks, check => check, Check);
    }

    public void Dispose()
    {
        _model?.Dispose();
        _file?.Dispose();
    }

    private static SafetensorsFile? Open() => File.Exists(GoldenFolder.Of("lpt.safetensors")) ? SafetensorsFile.Open(GoldenFolder.Of("lpt.safetensors")) : null;

    private static Recipe Recipe(long[] settings) => new()
    {
        Name = "lpt",
        Summary = "golden",
        Paper = "LPT",
        Input = new InputRecipe { Kind = InputKind.Image },
        Adapter = new AdapterRecipe { Kind = AdapterKind.Lpt, Tokens = (int)settings[0], Pool = (int)settings[1], TopK = (int)settings[2], SharedLayers = (int)settings[3] },
        Head = new HeadRecipe { Kind = HeadKind.Cosine, Scale = 1, Dropout = 0 },
        Stages = [new StageRecipe { Epochs = 1, Train = TrainScope.Adapter }, new StageRecipe { Epochs = 1, Train = TrainScope.Adapter, Prompts = PromptPhase.Group }],
    };

    private void Check(string check)
    {
        using DisposeScope scope = NewDisposeScope();
        int phase = check["phase ".Length] - '0';
        StageRecipe stage = _model!.Recipe.Stages[phase - 1];
        _lpt!.Enter(stage);
        _model.SetAdapter(stands: true);
        Parameter[] trained = [.. _lpt.TrainedIn(stage), .. _model.Head.Parameters];
        foreach (Parameter parameter in _model.Parameters)
        {
            parameter.Trainable = trained.Contains(parameter);
            parameter.Value.grad = null;
        }

        Tensor Read(string name) => _file!.Read(name);
        Tensor pixels = Read("in.pixel_values"), labels = Read("in.labels"), noise = Read("in.eps");
        double beta = Read("in.beta").item<float>();
        ClassificationLoss loss = LossFactory.Create(LossRecipe.Of(LossKind.AsymmetricGcl), [.. Read("in.counts").data<float>().Select(n => (int)n)]);
        using var batch = new PixelBatch((int)labels.shape[0], 1, () => pixels.alias());
        Tensor cosines = _model.Forward(batch, DropoutPlaces.Off);
        LossParts parts = phase == 1
            ? loss.Of(cosines, labels, LogitNoise.Of(noise))
            : loss.Of(cat([cosines, cosines], 0), cat([labels, labels], 0), batch.Count, beta, LogitNoise.Of(cat([noise, noise], 0)));
        Tensor total = parts.Numerator.div(parts.Denominator);
        if (phase == 2)
        {
            total = total.add(_lpt.Penalty!.mean().mul(1 + beta));
        }

        switch (check)
        {
            case "phase 1: feature":
                Near.Equal(Read("phase1.feature"), _model.Head.Features(_model.StatesBefore(_model.Sites.Layers.Count, batch), DropoutPlaces.Off), Near.Losses, check);
                break;
            case "phase 2: query":
                Near.Equal(Read("phase2.query"), _lpt.Query(_model.Backbone.Encoder, _model.Backbone.Encoder.RowsAt(_lpt.SharedLayers, pixels, DropoutPlaces.Off)), Near.Losses, check);
                break;
            case "phase 2: similarity":
                Near.Equal(Read("phase2.similarity").gather(1, Read("phase2.chosen")).mean([1]), _lpt.Penalty!.neg(), Near.Losses, check);
                break;
            case "phase 2: chosen":
                Assert.Equal(Read("phase2.chosen").data<long>().ToArray(), _lpt.Chosen!.data<long>().ToArray());
                break;
            case "phase 1: cosines" or "phase 2: cosines":
                Near.Equal(Read($"phase{phase}.cosines"), cosines, Near.Losses, check);
                break;
            case "phase 1: loss" or "phase 2: loss":
                Near.Equal(Read($"phase{phase}.loss").item<float>(), total.item<float>(), Near.Losses, check);
                break;
            default:
                total.backward();
                Gradients(phase, check);
                break;
        }
    }

    private void Gradients(int phase, string check)
    {
        Tensor Of(string suffix) => stack([.. _model!.Parameters.Where(p => p.Name.EndsWith(suffix, StringComparison.Ordinal)).OrderBy(_model.LayerOf).Select(p => p.Value.grad!)], suffix == ".group_prompts" ? 1 : 0);
        Near.Equal(_file!.Read($"phase{phase}.grad.W"), _model!.Head.Parameters.Single().Value.grad!, Near.Gradients, check);
        if (phase == 1)
        {
            Near.Equal(_file.Read("phase1.grad.U"), Of(".shared_prompt"), Near.Gradients, check);
            return;
        }

        Near.Equal(_file.Read("phase2.grad.R"), Of(".group_prompts"), Near.Gradients, check);
        Near.Equal(_file.Read("phase2.grad.keys"), _model.Parameters.Single(p => p.Name == "lpt.keys").Value.grad!, Near.Gradients, check);
        Assert.All(_model.Parameters.Where(p => p.Name.EndsWith(".shared_prompt", StringComparison.Ordinal)), p => Assert.Null(p.Value.grad));

        // What no image chose learns nothing.
        var chosen = _file.Read("phase2.chosen").data<long>().ToHashSet();
        for (long set = 0; set < _lpt!.Pool; set++)
        {
            Assert.Equal(chosen.Contains(set), Of(".group_prompts").select(0, set).abs().max().item<float>() > 0);
        }
    }
}
