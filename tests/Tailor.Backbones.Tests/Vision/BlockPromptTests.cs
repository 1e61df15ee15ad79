using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones.Tests;

public sealed class BlockPromptTests : IDisposable
{
    private const int Images = 3, Tokens = 10, Hidden = 24;

    private readonly VisionBackbone _backbone;
    private readonly DisposeScope _scope;
    private readonly Tensor _pixels;

    public BlockPromptTests()
    {
        Libtorch.Load(1);
        _scope = NewDisposeScope();
        _backbone = TinyImages.Make(TinyImages.Config(VisionArchitecture.Vit));
        _pixels = TinyImages.Pixels(Images);
    }

    private VisionEncoder Encoder => _backbone.Encoder;

    public void Dispose()
    {
        _scope.Dispose();
        _backbone.Dispose();
    }

    [Fact]
    public void Prompts_equal_rows_appended_to_each_image_before_the_block_and_dropped_after_it()
    {
        Tensor shared = TinyImages.Noise(1, 4, Hidden).requires_grad_(), group = TinyImages.Noise(2, Images * 2, Hidden).requires_grad_(), weight = TinyImages.Noise(3, Images, Tokens, Hidden);
        Tensor x = Encoder.RowsAt(1, _pixels, DropoutPlaces.Off).detach().requires_grad_();
        (Tensor Value, Tensor[] Gradients) Run(Func<Tensor> pass)
        {
            Tensor value = pass();
            value.mul(weight).sum().backward();
            Tensor[] gradients = [.. new[] { shared, group, x }.Select(leaf => leaf.grad!.clone())];
            (shared.grad, group.grad, x.grad) = (null, null, null);
            return (value, gradients);
        }

        PreNormBlock block = Block(1);
        var naive = Run(() =>
        {
            Tensor longer = cat([x, shared.unsqueeze(0).expand(Images, -1, -1), group.view(Images, 2, Hidden)], 1);
            return block.Forward(longer.reshape(-1, Hidden), Offsets(Tokens + 6), DropoutPlaces.Off).view(Images, Tokens + 6, Hidden).narrow(1, 0, Tokens);
        });
        block.Sites.Prompts = [new TinyImages.GivenRows(shared, 4), new TinyImages.GivenRows(group, 2)];
        var prompted = Run(() => block.Forward(x.reshape(-1, Hidden), Offsets(Tokens), DropoutPlaces.Off).view(Images, Tokens, Hidden));
        Assert.True(TinyImages.Off(naive.Value, prompted.Value) < 1e-5);
        Assert.All(naive.Gradients.Zip(prompted.Gradients), pair => Assert.True(TinyImages.Off(pair.First, pair.Second) < 1e-4));
    }

    [Fact]
    public void Every_block_gives_back_as_many_rows_as_it_was_given_and_asks_its_prompts_once()
    {
        var counted = Enumerable.Range(0, 3).Select(_ => new Counted(TinyImages.Noise(1, 4, Hidden))).ToArray();
        for (int i = 0; i < 3; i++)
        {
            Encoder.Sites.Layers[i].Prompts = [counted[i]];
        }

        var seen = new List<long[]>();
        Encoder.Forward(_pixels, DropoutPlaces.Off, (_, rows) => seen.Add(rows.shape));
        Assert.All(seen, shape => Assert.Equal([Images, Tokens, Hidden], shape));
        Assert.Equal(4, seen.Count);
        Assert.All(counted, prompt => Assert.Equal([Images], prompt.Asked));
    }

    [Fact]
    public void The_feature_alone_equals_its_row_of_the_whole_with_prompts_in_the_last_block_too()
    {
        SetEverywhere(TinyImages.Noise(1, 4, Hidden));
        Assert.True(TinyImages.Off(Encoder.Forward(_pixels, DropoutPlaces.Off).select(1, 0), Encoder.ForwardRead(_pixels, DropoutPlaces.Off)) < 5e-6);
    }

    [Fact]
    public void A_prompt_of_zeros_is_not_no_prompt_and_prompts_taken_away_leave_the_plain_bits()
    {
        Tensor plain = Encoder.ForwardRead(_pixels, DropoutPlaces.Off);
        SetEverywhere(zeros(4, Hidden));
        Assert.True(TinyImages.Off(plain, Encoder.ForwardRead(_pixels, DropoutPlaces.Off)) > 1e-3);
        foreach (LayerSites site in Encoder.Sites.Layers)
        {
            site.Prompts = [];
        }

        Assert.True(TinyImages.Same(plain, Encoder.ForwardRead(_pixels, DropoutPlaces.Off)));
    }

    [Fact]
    public void A_shared_prompt_is_the_same_as_one_repeated_for_every_image_and_the_order_of_prompts_is_nothing()
    {
        Tensor rows = TinyImages.Noise(1, 4, Hidden), others = TinyImages.Noise(2, 4, Hidden);
        SetEverywhere(rows, others);
        Tensor shared = Encoder.ForwardRead(_pixels, DropoutPlaces.Off);
        SetEverywhere(others.repeat(Images, 1), rows);
        Assert.True(TinyImages.Off(shared, Encoder.ForwardRead(_pixels, DropoutPlaces.Off)) < 5e-6);
    }

    [Fact]
    public void Rows_kept_before_a_block_do_not_depend_on_prompts_behind_it()
    {
        Encoder.Sites.Layers[0].Prompts = [new TinyImages.GivenRows(TinyImages.Noise(1, 4, Hidden), 4)];
        Tensor kept = Encoder.RowsAt(2, _pixels, DropoutPlaces.Off);
        Encoder.Sites.Layers[2].Prompts = [new TinyImages.GivenRows(TinyImages.Noise(2, 5, Hidden), 5)];
        Assert.True(TinyImages.Same(Encoder.ForwardRead(_pixels, DropoutPlaces.Off), Encoder.ReadFrom(2, kept, DropoutPlaces.Off)));
    }

    [Fact]
    public void A_soft_prompt_stands_behind_the_patches_and_is_carried_through_all_blocks()
    {
        Tensor rows = TinyImages.Noise(1, 4, Hidden);
        Tensor embedded = Encoder.RowsAt(0, _pixels, DropoutPlaces.Off);
        Tensor expected = Encoder.ForwardFrom(0, cat([embedded, rows.unsqueeze(0).expand(Images, -1, -1)], 1), DropoutPlaces.Off);
        Encoder.Sites.Prompt = new Soft(rows);
        Tensor actual = Encoder.Forward(_pixels, DropoutPlaces.Off);
        Assert.Equal([Images, Tokens + 4, Hidden], actual.shape);
        Assert.True(TinyImages.Same(expected, actual));
    }

    [Fact]
    public void A_prefix_equals_keys_and_values_set_beside_those_of_every_image()
    {
        // The keys and values that a prompt's rows give are a prefix too, so one must do what the other does.
        Tensor rows = TinyImages.Noise(1, 4, Hidden);
        PreNormBlock block = Block(1);
        Tensor x = Encoder.RowsAt(1, _pixels, DropoutPlaces.Off).reshape(-1, Hidden);
        block.Sites.Prompts = [new TinyImages.GivenRows(rows, 4)];
        Tensor prompted = block.Forward(x, Offsets(Tokens), DropoutPlaces.Off);
        block.Sites.Prompts = [];
        block.Sites.Prefix = new Prefix(block.Sites.Linears[0].ForwardOutputs(block.Sites.Norms[0].Forward(rows), Hidden, 2 * Hidden));
        Assert.True(TinyImages.Off(prompted, block.Forward(x, Offsets(Tokens), DropoutPlaces.Off)) < 1e-6);
    }

    [Fact]
    public void A_block_adapter_is_given_what_went_into_the_blocks_norm()
    {
        Tensor plain = Encoder.RowsAt(2, _pixels, DropoutPlaces.Off), x = Encoder.RowsAt(1, _pixels, DropoutPlaces.Off);
        using Adding attention = new(0), feedForward = new(1);
        (Encoder.Sites.Layers[1].AfterAttention, Encoder.Sites.Layers[1].AfterFeedForward) = (attention, feedForward);
        Tensor adapted = Encoder.RowsAt(2, _pixels, DropoutPlaces.Off);
        Assert.True(TinyImages.Same(x.view(-1, Hidden), attention.Input!));

        // The feed-forward's input is the state after the attention, so adding it once more is all that changes; its norm has not touched it.
        Assert.True(TinyImages.Off(adapted.sub(plain), feedForward.Input!.view(plain.shape)) < 1e-5);
        Tensor down = feedForward.Output!.add(feedForward.Input!);
        Assert.True(TinyImages.Off(plain.view(-1, Hidden), down) < 1e-5);
    }

    [Fact]
    public void Encoders_of_texts_take_no_block_prompts()
    {
        var config = new BertConfig { VocabularySize = 8, HiddenSize = 6, Layers = 1, Heads = 2, IntermediateSize = 10 };
        LayerSites site = new BertEncoder(config, new ParameterBuilder(null, "", "bert.", 1), withPooler: false).Sites.Layers[0];
        Assert.False(site.TakesPrompts);
        Assert.Throws<InvalidOperationException>(() => site.Prompts = [new TinyImages.GivenRows(zeros(1, 6), 1)]);
    }

    [Fact]
    public void A_norm_adapter_changes_what_the_norm_gives()
    {
        Tensor plain = Encoder.ForwardRead(_pixels, DropoutPlaces.Off);
        Encoder.Sites.Norms[^1].Adapter = new Doubling();
        Assert.True(TinyImages.Off(plain.mul(2), Encoder.ForwardRead(_pixels, DropoutPlaces.Off)) < 1e-6);
    }

    private static int[] Offsets(int length) => [.. Enumerable.Range(0, Images + 1).Select(i => i * length)];

    /// <summary>A block of its own.</summary>
    private static PreNormBlock Block(int seed)
    {
        var shape = new PreNormShape(Hidden, 40, 3, 1e-6, Activation.Gelu) { Initial = new Initial(0.3) };
        return new PreNormBlock(shape, PreNormNames.Clip("block."), new ParameterBuilder(null, "", "", seed));
    }

    private void SetEverywhere(params Tensor[] rows)
    {
        foreach (LayerSites site in Encoder.Sites.Layers)
        {
            site.Prompts = [.. rows.Select(r => new TinyImages.GivenRows(r, 4))];
        }
    }

    private sealed class Counted(Tensor rows) : BlockPrompt
    {
        public List<int> Asked { get; } = [];

        public override int Count => 4;

        public override Tensor Rows(int images)
        {
            Asked.Add(images);
            return rows;
        }
    }

    private sealed class Soft(Tensor rows) : SoftPrompt
    {
        public override int Count => (int)rows.shape[0];

        public override Tensor Rows() => rows;
    }

    private sealed class Prefix(Tensor keyValue) : AttentionPrefix
    {
        public override int Count => (int)keyValue.shape[0];

        public override Tensor KeyValue() => keyValue;
    }

    /// <summary>Adds its input, times a factor, to the block's output, and keeps both.</summary>
    private sealed class Adding(float factor) : BlockAdapter, IDisposable
    {
        public Tensor? Input { get; private set; }

        public Tensor? Output { get; private set; }

        public override Tensor Forward(Tensor input, Tensor output)
        {
            (Input, Output) = (input.detach().clone().DetachFromDisposeScope(), output.detach().clone().DetachFromDisposeScope());
            return output.add(input.mul(factor));
        }

        public void Dispose()
        {
            Input?.Dispose();
            Output?.Dispose();
        }
    }

    private sealed class Doubling : NormAdapter
    {
        public override Tensor Forward(Tensor normed) => normed.mul(2);

        public override (Tensor Weight, Tensor Bias) Merged(LayerNorm layer) => (layer.Weight.Value.mul(2), layer.Bias.Value.mul(2));
    }
}
