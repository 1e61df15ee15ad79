using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones.Tests;

public sealed class ClipTextEncoderTests
{
    public ClipTextEncoderTests() => Libtorch.Load(1);

    [Fact]
    public void The_feature_alone_equals_its_row_of_the_whole()
    {
        using DisposeScope scope = NewDisposeScope();
        ClipTextEncoder encoder = new(TinyTexts.Config, new ParameterBuilder(null, "", "text_model.", 4));
        using PackedBatch batch = Batch();
        Tensor whole = encoder.Forward(batch, DropoutPlaces.Off).index_select(0, batch.ReadRows);
        Assert.True(TinyImages.Off(whole, encoder.ForwardRead(batch, DropoutPlaces.Off)) < 5e-6);
    }

    [Fact]
    public void A_token_does_not_see_what_comes_after_it_nor_other_texts()
    {
        using DisposeScope scope = NewDisposeScope();
        ClipTextEncoder encoder = new(TinyTexts.Config, new ParameterBuilder(null, "", "text_model.", 4));
        using PackedBatch batch = Batch();
        Tensor all = encoder.Forward(batch, DropoutPlaces.Off);
        using PackedBatch cut = PackedBatch.Of([Sequence(2, 4)]);
        Assert.True(TinyImages.Off(all.narrow(0, batch.Offsets[2], 4), encoder.Forward(cut, DropoutPlaces.Off)) < 5e-6);
    }

    [Fact]
    public void Only_the_tokens_that_were_looked_up_get_gradients_of_their_embedding()
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterBuilder build = new(null, "", "text_model.", 4);
        ClipTextEncoder encoder = new(TinyTexts.Config, build);
        using PackedBatch batch = PackedBatch.Of([new TokenSequence([520, 7, 521], 3, 2)]);
        encoder.ForwardRead(batch, DropoutPlaces.Off).square().sum().backward();
        Assert.Equal([7, 520, 521], build.All[0].Rows!.TouchedThisStep.ToArray().Order());
    }

    private static PackedBatch Batch() => PackedBatch.Of([Sequence(0, 3), Sequence(1, 5), Sequence(2, 9)]);

    private static TokenSequence Sequence(int s, int length)
    {
        int[] ids = [.. Enumerable.Range(0, length).Select(t => 5 + ((7 * t) + s) % 25)];
        return new TokenSequence(ids, length, length - 1);
    }
}
