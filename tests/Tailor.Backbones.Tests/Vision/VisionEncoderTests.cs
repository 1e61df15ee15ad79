using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Backbones.Tests;

public sealed class VisionEncoderTests
{
    public VisionEncoderTests() => Libtorch.Load(1);

    public static TheoryData<VisionArchitecture> Architectures => [.. Enum.GetValues<VisionArchitecture>()];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void The_feature_alone_equals_its_row_of_the_whole_in_value_and_gradient(VisionArchitecture architecture)
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionBackbone backbone = TinyImages.Make(TinyImages.Config(architecture));
        Tensor pixels = TinyImages.Pixels(3), whole = backbone.Encoder.Forward(pixels, DropoutPlaces.Off), read = backbone.Encoder.ForwardRead(pixels, DropoutPlaces.Off);
        Assert.Equal([3, 9 + backbone.Encoder.LeadingTokens, 24], whole.shape);
        Assert.True(TinyImages.Off(whole.select(1, 0), read) < 5e-6);

        Tensor weight = TinyImages.Noise(5, 3, 24);
        Dictionary<string, Tensor> expected = Gradients(backbone, whole.select(1, 0).mul(weight).sum()), actual = Gradients(backbone, read.mul(weight).sum());
        float largest = expected.Values.Max(g => g.abs().max().item<float>());
        Assert.All(expected, g => Assert.True(TinyImages.Off(g.Value, actual[g.Key]) < 2e-5 * largest, g.Key));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void A_pass_cut_between_blocks_gives_the_same_bits(VisionArchitecture architecture)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        using VisionBackbone backbone = TinyImages.Make(TinyImages.Config(architecture));
        Tensor pixels = TinyImages.Pixels(2), whole = backbone.Encoder.Forward(pixels, DropoutPlaces.Off), read = backbone.Encoder.ForwardRead(pixels, DropoutPlaces.Off);
        for (int block = 0; block <= 3; block++)
        {
            Tensor rows = backbone.Encoder.RowsAt(block, pixels, DropoutPlaces.Off), before = rows.clone();
            Assert.True(TinyImages.Same(whole, backbone.Encoder.ForwardFrom(block, rows, DropoutPlaces.Off)));
            Assert.True(block == 3 || TinyImages.Same(read, backbone.Encoder.ReadFrom(block, rows, DropoutPlaces.Off)));
            Assert.True(TinyImages.Off(read, backbone.Encoder.ReadFrom(block, rows, DropoutPlaces.Off)) < 5e-6);
            Assert.True(TinyImages.Same(before, rows));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => backbone.Encoder.RowsAt(4, pixels, DropoutPlaces.Off));
    }

    [Fact]
    public void An_image_does_not_see_its_neighbours_in_the_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionBackbone backbone = TinyImages.Make(TinyImages.Config(VisionArchitecture.Vit));
        Tensor pixels = TinyImages.Pixels(3), all = backbone.Encoder.Forward(pixels, DropoutPlaces.Off);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(TinyImages.Off(all[i], backbone.Encoder.Forward(pixels.narrow(0, i, 1), DropoutPlaces.Off)[0]) < 5e-6);
        }
    }

    [Fact]
    public void Patches_are_embedded_as_by_the_convolution_that_the_checkpoint_keeps()
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterBuilder build = new(null, "", "", 4);
        PatchEmbedding patches = PatchEmbedding.Declare(TinyImages.Config(VisionArchitecture.Vit), build, "patches");
        Tensor pixels = TinyImages.Pixels(2, 16, 40), expected = F.conv2d(pixels, build.All[0].Value, build.All[1].Value, strides: [8L, 8L]).flatten(2).transpose(1, 2);
        Assert.True(TinyImages.Off(expected, patches.Forward(pixels)) < 1e-5);
    }

    [Theory]
    [InlineData(24, 20, "24 x 16")]
    [InlineData(25, 24, "24 x 24")]
    [InlineData(7, 8, "8 x 8")]
    public void A_size_that_is_no_multiple_of_the_patch_is_refused_with_one_that_is(int height, int width, string fitting)
    {
        using VisionBackbone backbone = TinyImages.Make(TinyImages.Config(VisionArchitecture.Vit));
        using Tensor pixels = TinyImages.Pixels(1, height, width);
        InputException fault = Assert.Throws<InputException>(() => backbone.Encoder.ForwardRead(pixels, DropoutPlaces.Off));
        Assert.Contains($"{height} x {width} pixels", fault.Message, StringComparison.Ordinal);
        Assert.Contains("multiples of 8", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(fitting, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_number_of_channels_is_refused()
    {
        using VisionBackbone backbone = TinyImages.Make(TinyImages.Config(VisionArchitecture.Vit));
        using Tensor gray = TinyImages.Noise(1, 2, 1, 24, 24);
        Assert.Contains("3 channels", Assert.Throws<InputException>(() => backbone.Encoder.Forward(gray, DropoutPlaces.Off)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dropout_depends_on_seed_and_step_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionBackbone backbone = TinyImages.Make(TinyImages.Config(VisionArchitecture.Vit) with { HiddenDropout = 0.1, AttentionDropout = 0.1 });
        Tensor pixels = TinyImages.Pixels(2);
        byte[] Pass(long seed, long step) => backbone.Encoder.ForwardRead(pixels, new DropoutPlaces(seed, step, training: true)).bytes.ToArray();
        Assert.Equal(Pass(1, 5), Pass(1, 5));
        Assert.NotEqual(Pass(1, 5), Pass(1, 6));
        Assert.NotEqual(Pass(1, 5), Pass(2, 5));
    }

    [Fact]
    public void A_gated_block_with_layer_scale_equals_its_formula()
    {
        using DisposeScope scope = NewDisposeScope();
        using VisionBackbone backbone = TinyImages.Make(TinyImages.Config(VisionArchitecture.Dinov2, gated: true));
        Dictionary<string, Tensor> values = ModelDirectory.Weights(backbone.Parameters).ToDictionary(w => w.Key, w => w.Value);
        Tensor x = backbone.Encoder.RowsAt(1, TinyImages.Pixels(2), DropoutPlaces.Off), expected = backbone.Encoder.RowsAt(2, TinyImages.Pixels(2), DropoutPlaces.Off);
        Tensor Of(string name) => values["dinov2.encoder.layer.1." + name];
        Tensor Linear(Tensor rows, string name) => F.linear(rows, Of(name + ".weight"), Of(name + ".bias"));
        Tensor Norm(Tensor rows, string name) => F.layer_norm(rows, [24], Of(name + ".weight"), Of(name + ".bias"), 1e-6);
        Tensor Heads(string name) => Linear(Norm(x, "norm1"), "attention.attention." + name).view(2, 10, 3, 8).transpose(1, 2);
        Tensor attention = Heads("query").matmul(Heads("key").transpose(2, 3)).div(Math.Sqrt(8)).softmax(-1).matmul(Heads("value")).transpose(1, 2).reshape(2, 10, 24);
        Tensor y = x.add(Linear(attention, "attention.output.dense").mul(Of("layer_scale1.lambda1")));
        Tensor inner = Linear(Norm(y, "norm2"), "mlp.weights_in");
        Tensor z = y.add(Linear(inner.narrow(2, 0, 40).sigmoid().mul(inner.narrow(2, 0, 40)).mul(inner.narrow(2, 40, 40)), "mlp.weights_out").mul(Of("layer_scale2.lambda1")));
        Assert.True(TinyImages.Off(z, expected) < 1e-5);
    }

    private static Dictionary<string, Tensor> Gradients(VisionBackbone backbone, Tensor loss)
    {
        foreach (Parameter parameter in backbone.Parameters)
        {
            parameter.Value.grad = null;
        }

        loss.backward();
        return backbone.Parameters.ToDictionary(p => p.Name, p => p.Value.grad?.clone() ?? zeros_like(p.Value));
    }
}
