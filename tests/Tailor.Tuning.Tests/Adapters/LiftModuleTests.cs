using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning.Tests;

/// <summary>The modules of LIFT's table (ICML 2024), computed apart in plain libtorch operations, and how they start.</summary>
public sealed class LiftModuleTests : IDisposable
{
    private readonly TinyVision _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Theory]
    [InlineData(AdapterPlacement.Parallel)]
    [InlineData(AdapterPlacement.Sequential)]
    public void A_bottleneck_reads_what_its_placement_says(AdapterPlacement placement)
    {
        using ImageModel model = Load(new AdapterRecipe { Kind = AdapterKind.AdaptFormer, Width = 5, Placement = placement });
        TinyVision.Scatter(model.Adapter!.Parameters, 0.3);
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        LayerSites layer = model.Sites.Layers[1];
        Tensor Of(string name) => model.Parameters.Single(p => p.Name == layer.Path + "adaptformer." + name).Value;
        Tensor input = Noise(1), output = Noise(2);
        bool parallel = placement == AdapterPlacement.Parallel;
        Tensor normed = F.layer_norm(parallel ? input : output, [TinyVision.Width], Of("ln.weight"), Of("ln.bias"), 1e-5);
        Tensor added = normed.matmul(Of("down.weight").t()).add(Of("down.bias")).clamp_min(0).matmul(Of("up.weight").t()).add(Of("up.bias"));
        Tensor expected = output.add(parallel ? added.mul(Of("scale")) : added);
        Assert.True(expected.sub(layer.AfterFeedForward!.Forward(input, output)).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Every_linear_layer_and_norm_of_ssf_is_scaled_and_shifted()
    {
        using ImageModel model = Load(new AdapterRecipe { Kind = AdapterKind.Ssf });
        TinyVision.Scatter(model.Adapter!.Parameters, 0.3);
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (LayerSites layer in model.Sites.Layers)
        {
            Tensor Of(Parameter of, string name) => model.Parameters.Single(p => p.Name == of.Name[..^"weight".Length] + name).Value;
            foreach (Linear linear in layer.Linears)
            {
                Tensor x = Noise(3, linear.Weight.Value.shape[1]);
                Tensor y = x.matmul(linear.Weight.Value.t()).add(linear.Bias!.Value).mul(Of(linear.Weight, "ssf_scale")).add(Of(linear.Weight, "ssf_shift"));
                long half = y.shape[1] / 2;
                Assert.True(y.sub(linear.Forward(x)).abs().max().item<float>() < 1e-5f);
                Assert.True(y.narrow(1, half, half).sub(linear.ForwardOutputs(x, half, half)).abs().max().item<float>() < 1e-5f);
            }

            foreach (LayerNorm norm in layer.Norms)
            {
                Tensor x = Noise(4), y = F.layer_norm(x, [TinyVision.Width], norm.Weight.Value, norm.Bias.Value, 1e-5).mul(Of(norm.Weight, "ssf_scale")).add(Of(norm.Weight, "ssf_shift"));
                Assert.True(y.sub(norm.Forward(x)).abs().max().item<float>() < 1e-5f);
            }
        }
    }

    [Theory]
    [InlineData(AdapterKind.AdaptFormer, "down.weight", 0, 0.1443)] // 1 / √(3 · 16)
    [InlineData(AdapterKind.AdaptFormer, "up.weight", 0, 0)]
    [InlineData(AdapterKind.AdaptFormer, "scale", 1, 0)]
    [InlineData(AdapterKind.Ssf, "ssf_scale", 1, 0.02)]
    [InlineData(AdapterKind.Ssf, "ssf_shift", 0, 0.02)]
    [InlineData(AdapterKind.DeepPrompt, "prompt", 0, 0.02)]
    [InlineData(AdapterKind.Lpt, "shared_prompt", 0, 0.02)]
    [InlineData(AdapterKind.Lpt, "group_prompts", 0, 0.02)]
    [InlineData(AdapterKind.Lpt, "keys", 0, 0.02)]
    public void Parameters_start_as_the_paper_has_them(AdapterKind kind, string name, double mean, double deviation)
    {
        using ImageModel model = Load(new AdapterRecipe { Kind = kind, Width = 64, Tokens = 20, SharedLayers = 1 });
        IEnumerable<Parameter> named = model.Adapter!.Parameters.Where(p => p.Name.EndsWith("." + name, StringComparison.Ordinal));
        double[] values = [.. named.SelectMany(p => p.Value.data<float>().ToArray()).Select(value => (double)value)];
        Assert.Equal(mean, values.Average(), 0.15 * deviation + 1e-12);
        Assert.Equal(deviation, Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2))), 0.15 * deviation + 1e-12);
    }

    private static Tensor Noise(long seed, long width = TinyVision.Width)
    {
        RandomStream random = RandomStream.For(seed, "noise");
        return tensor(Enumerable.Range(0, 7 * (int)width).Select(_ => (float)random.NextGaussian()).ToArray(), [7, width]);
    }

    private ImageModel Load(AdapterRecipe adapter) => _tiny.Load(TinyVision.Recipe(adapter));
}
