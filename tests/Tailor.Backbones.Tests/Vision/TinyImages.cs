using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones.Tests;

/// <summary>Small encoders of images with random parameters, biases and norms included, and images for them.</summary>
internal static class TinyImages
{
    public static VisionConfig Config(VisionArchitecture architecture, bool gated = false) => new()
    {
        Architecture = architecture,
        HiddenSize = 24,
        Layers = 3,
        Heads = 3,
        IntermediateSize = 40,
        ImageSize = 24,
        PatchSize = 8,
        InitializerRange = 0.3,
        LayerNormEpsilon = 1e-6,
        HiddenActivation = architecture == VisionArchitecture.ClipVision ? Activation.QuickGelu : Activation.Gelu,
        LayerScale = architecture == VisionArchitecture.Dinov2 ? 0.7 : 1,
        Gated = gated,
        ProjectionSize = architecture == VisionArchitecture.ClipVision ? 10 : null,
    };

    public static VisionBackbone Make(VisionConfig config, long seed = 4)
    {
        VisionBackbone backbone = VisionBackbone.Create(config, seed);
        using var _ = no_grad();
        foreach (Parameter parameter in backbone.Parameters)
        {
            using Tensor noise = Noise(parameter.Name.Length, [.. parameter.Value.shape]);
            parameter.Value.add_(noise.mul(0.1));
        }

        return backbone;
    }

    public static Tensor Noise(long seed, params long[] shape)
    {
        var random = Tailor.Foundation.RandomStream.For(seed, "noise");
        return tensor(Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.NextGaussian()).ToArray(), shape);
    }

    public static Tensor Pixels(int images, int height = 24, int width = 24) => Noise(9, images, 3, height, width);

    public static float Off(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        return expected.sub(actual).abs().max().item<float>();
    }

    public static bool Same(Tensor expected, Tensor actual) => expected.shape.SequenceEqual(actual.shape) && expected.contiguous().bytes.SequenceEqual(actual.contiguous().bytes);

    public sealed class GivenRows(Tensor rows, int count) : BlockPrompt
    {
        public override int Count => count;

        public override Tensor Rows(int images) => rows;
    }
}
