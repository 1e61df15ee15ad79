using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>The adapters made for texts, on encoders of images, with prompts of every block beside them.</summary>
public sealed class AdaptersOnImagesTests : IDisposable
{
    private static readonly Dictionary<string, AdapterRecipe> Kinds = new()
    {
        ["lora"] = new() { Kind = AdapterKind.Lora, Rank = 3, Alpha = 5 },
        ["lora by the names in memory"] = new() { Kind = AdapterKind.Lora, Rank = 2, Targets = ["k_proj", "mlp.fc1"] },
        ["ia3"] = new() { Kind = AdapterKind.Ia3, Targets = ["key", "value", "mlp.fc2"], InputTargets = ["mlp.fc2"] },
        ["prefix"] = new() { Kind = AdapterKind.Prefix, Tokens = 3, InitStd = 0.5 },
        ["soft prompt"] = new() { Kind = AdapterKind.SoftPrompt, Tokens = 3, InitStd = 0.5 },
        ["parallel bottleneck"] = new() { Kind = AdapterKind.Bottleneck, Width = 4 },
        ["houlsby"] = new() { Kind = AdapterKind.Bottleneck, Width = 4, Placement = AdapterPlacement.Houlsby },
        ["bitfit"] = new() { Kind = AdapterKind.BitFit },
        ["layer norm"] = new() { Kind = AdapterKind.LayerNorm },
    };

    private readonly VisionBackbone _backbone;
    private readonly Tensor _pixels, _weight, _prompt;

    public AdaptersOnImagesTests()
    {
        Libtorch.Load(1);
        _backbone = VisionBackbone.Create(
            new VisionConfig { Architecture = VisionArchitecture.Vit, HiddenSize = 12, Layers = 2, Heads = 3, IntermediateSize = 20, ImageSize = 8, PatchSize = 4, InitializerRange = 0.4, LayerNormEpsilon = 1e-5 }, 3);
        (_pixels, _weight, _prompt) = (Noise(1, 2, 3, 8, 8), Noise(2, 2, 12), Noise(3, 2, 12));
    }

    public static IEnumerable<TheoryDataRow<string>> Names => Kinds.Keys.Select(name => new TheoryDataRow<string>(name));

    public void Dispose()
    {
        _backbone.Dispose();
        _pixels.Dispose();
        _weight.Dispose();
        _prompt.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_the_finite_differences_and_what_is_detached_leaves_the_plain_bits(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (LayerSites site in _backbone.Encoder.Sites.Layers)
        {
            site.Prompts = [new Given(_prompt)];
        }

        byte[] plain = Feature().bytes.ToArray();
        Adapter adapter = Adapter.Create(Kinds[name], _backbone.Build, _backbone.Encoder.Sites, _backbone.HiddenSize)!;
        Parameter[] parameters = [.. adapter.Parameters, .. adapter.BackboneParameters];
        byte[][] before = [.. parameters.Select(p => p.Value.bytes.ToArray())];
        using (no_grad())
        {
            foreach ((int i, Parameter parameter) in parameters.Index())
            {
                parameter.Value.add_(Noise(10 + i, [.. parameter.Value.shape]).mul(0.3));
            }
        }

        float Loss()
        {
            adapter.Begin(DropoutPlaces.Off);
            return Feature().mul(_weight).sum().item<float>();
        }

        adapter.Begin(DropoutPlaces.Off);
        Feature().mul(_weight).sum().backward();
        double largest = parameters.Max(p => p.Value.grad!.abs().max().item<float>());
        FiniteDifferences.Check(parameters, Loss, 0.005f, 4, _ => 0.02 * largest);
        using var _ = no_grad();

        adapter.Detach();
        foreach ((Parameter parameter, byte[] bytes) in parameters.Zip(before))
        {
            bytes.CopyTo(parameter.Value.bytes);
        }

        Assert.Equal(plain, Feature().bytes.ToArray());
    }

    private static Tensor Noise(long seed, params long[] shape)
    {
        RandomStream random = RandomStream.For(seed, "noise");
        return tensor(Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.NextGaussian()).ToArray(), shape);
    }

    private Tensor Feature() => _backbone.Encoder.ForwardRead(_pixels, DropoutPlaces.Off);

    private sealed class Given(Tensor rows) : BlockPrompt
    {
        public override int Count => (int)rows.shape[0];

        public override Tensor Rows(int images) => rows;
    }
}
