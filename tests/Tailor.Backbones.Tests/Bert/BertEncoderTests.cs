using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones.Tests;

public sealed class BertEncoderTests
{
    private static readonly BertConfig Small = new() { VocabularySize = 30, HiddenSize = 24, Layers = 3, Heads = 3, IntermediateSize = 40, MaxPositions = 32, InitializerRange = 0.3 };

    public BertEncoderTests() => Libtorch.Load(1);

    [Fact]
    public void The_read_position_alone_equals_its_row_of_the_whole_in_value_and_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterBuilder build = new(null, "", "bert.", 4);
        BertEncoder encoder = new(Small, build, withPooler: false);
        using PackedBatch batch = Batch([0, 3, 8]);
        Tensor whole = encoder.Forward(batch, DropoutPlaces.Off).index_select(0, batch.ReadRows), read = encoder.ForwardRead(batch, DropoutPlaces.Off);
        Assert.True(whole.sub(read).abs().max().item<float>() < 2e-6);

        Tensor weight = randn(whole.shape);
        Dictionary<string, float[]> expected = Gradients(build, whole.mul(weight).sum()), actual = Gradients(build, read.mul(weight).sum());
        float largest = expected.Values.Max(g => g.Max(Math.Abs));
        foreach ((string name, float[] gradient) in expected)
        {
            Assert.All(gradient.Zip(actual[name]), x => Assert.Equal(x.First, x.Second, 1e-5f * largest));
        }
    }

    [Fact]
    public void A_sequence_does_not_see_its_neighbours_in_the_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        BertEncoder encoder = new(Small, new ParameterBuilder(null, "", "bert.", 4), withPooler: false);
        using PackedBatch together = Batch([0, 0, 0]);
        Tensor all = encoder.Forward(together, DropoutPlaces.Off);
        for (int s = 0; s < 3; s++)
        {
            using PackedBatch alone = PackedBatch.Of([Sequence(s, 0)]);
            Tensor own = encoder.Forward(alone, DropoutPlaces.Off), same = all.narrow(0, together.Offsets[s], together.Offsets[s + 1] - together.Offsets[s]);
            Assert.True(own.sub(same).abs().max().item<float>() < 2e-6);
        }
    }

    [Fact]
    public void Dropout_depends_on_seed_and_step_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        BertEncoder encoder = new(Small, new ParameterBuilder(null, "", "bert.", 4), withPooler: false);
        using PackedBatch batch = Batch([0, 0, 0]);
        byte[] Pass(long seed, long step) => encoder.ForwardRead(batch, new DropoutPlaces(seed, step, training: true)).bytes.ToArray();
        Assert.Equal(Pass(1, 5), Pass(1, 5));
        Assert.NotEqual(Pass(1, 5), Pass(1, 6));
        Assert.NotEqual(Pass(1, 5), Pass(2, 5));
    }

    [Fact]
    public void A_batch_refuses_empty_sequences_and_read_positions_outside()
    {
        Assert.Throws<ArgumentException>(() => PackedBatch.Of([]));
        Assert.Throws<ArgumentException>(() => PackedBatch.Of([new TokenSequence([], 0)]));
        Assert.Throws<ArgumentException>(() => PackedBatch.Of([new TokenSequence([1, 2], 2, ReadAt: 2)]));
    }

    private static PackedBatch Batch(int[] readAt) => PackedBatch.Of(readAt.Select((at, s) => Sequence(s, at)).ToArray());

    private static TokenSequence Sequence(int s, int readAt)
    {
        int[] ids = Enumerable.Range(0, 4 + (5 * s)).Select(t => 5 + ((7 * t) + s) % 25).ToArray();
        return new TokenSequence(ids, ids.Length - s, Math.Min(readAt, ids.Length - 1));
    }

    private static Dictionary<string, float[]> Gradients(ParameterBuilder build, Tensor loss)
    {
        foreach (Parameter parameter in build.All)
        {
            parameter.Value.grad = null;
            parameter.Rows?.Clear();
        }

        loss.backward();
        var gradients = new Dictionary<string, float[]>();
        foreach (Parameter parameter in build.All)
        {
            float[] gradient = parameter.Value.grad?.contiguous().data<float>().ToArray() ?? new float[parameter.Count];
            foreach (long row in parameter.Rows is { } rows ? rows.TouchedThisStep.ToArray() : [])
            {
                parameter.Rows![row].CopyTo(gradient.AsSpan((int)(row * parameter.Rows.Width)));
            }

            gradients[parameter.Name] = gradient;
        }

        return gradients;
    }
}
