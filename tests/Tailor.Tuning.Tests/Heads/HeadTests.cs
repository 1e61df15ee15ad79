using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning.Tests;

/// <summary>The linear and the cosine head by themselves.</summary>
public sealed class HeadTests : IDisposable
{
    private const int Width = 6, Classes = 4;

    private readonly DisposeScope _scope;

    public HeadTests()
    {
        Libtorch.Load(1);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Cosine_scores_are_scaled_cosines()
    {
        CosineHead head = Cosine(new() { Scale = 25, Dropout = 0 });
        Tensor state = Gaussian("state", 5, Width), rows = head.Output!.Weight.Value;
        Tensor scores = head.Forward(state, DropoutPlaces.Off);
        for (int b = 0; b < 5; b++)
        {
            for (int c = 0; c < Classes; c++)
            {
                Assert.Equal(25 * F.cosine_similarity(state[b], rows[c], 0).item<float>(), scores[b, c].item<float>(), 1e-4f);
            }
        }
    }

    [Fact]
    public void Cosine_scores_know_no_lengths()
    {
        CosineHead head = Cosine(new() { Dropout = 0 });
        Tensor state = Gaussian("state", 5, Width), before = head.Forward(state, DropoutPlaces.Off).detach();
        using (no_grad())
        {
            head.Output!.Weight.Value.mul_(tensor(new[] { .1f, 3f, 40f, 1f }).unsqueeze(1));
        }

        Assert.True(head.Forward(state.mul(17), DropoutPlaces.Off).sub(before).abs().max().item<float>() < 1e-4f);
        Assert.True(head.ClassRows!.norm(1).sub(1).abs().max().item<float>() < 1e-6f);
        Assert.Equal(0, head.Forward(zeros(1, Width), DropoutPlaces.Off).abs().max().item<float>());
    }

    [Fact]
    public void A_row_learns_across_its_direction_alone()
    {
        CosineHead head = Cosine(new() { Dropout = 0 });
        Parameter rows = head.Parameters.Single();
        F.cross_entropy(head.Forward(Gaussian("state", 5, Width), DropoutPlaces.Off), tensor(new long[] { 0, 1, 2, 3, 0 })).backward();
        Assert.True(rows.Value.grad!.abs().max().item<float>() > 1e-2f);
        Assert.True(rows.Value.grad.mul(rows.Value).sum(1).abs().max().item<float>() < 1e-5f);
    }

    [Theory]
    [InlineData(HeadInit.Normal)]
    [InlineData(HeadInit.Uniform)]
    public void Fresh_rows_have_length_1(HeadInit init)
    {
        // The largest share of a row's length in one coordinate tells uniform from normal; enough rows make it plain.
        var build = new ParameterBuilder(checkpoint: null, "test", "", seed: 3);
        Tensor rows = new CosineHead(new() { Kind = HeadKind.Cosine, Init = init }, build, 200, 300).Output!.Weight.Value;
        Assert.True(rows.norm(1).sub(1).abs().max().item<float>() < 1e-5f);
        float kurtosis = rows.pow(4).mean().div(rows.pow(2).mean().pow(2)).item<float>();
        Assert.Equal(init == HeadInit.Uniform ? 1.8f : 3f, kurtosis, .1f);
    }

    [Fact]
    public void Dropout_stands_before_the_last_layer_in_training_alone()
    {
        CosineHead head = Cosine(new() { Dropout = .5 });
        Tensor state = ones(1, Width), dropped = head.Features(state, new DropoutPlaces(1, 1, training: true));
        Assert.Equal(state, head.Features(state, DropoutPlaces.Off));
        Assert.All(dropped.data<float>().ToArray(), value => Assert.True(value is 0 or 2));
        Assert.Contains(0f, dropped.data<float>().ToArray());
    }

    [Fact]
    public void A_linear_head_is_one_layer()
    {
        LinearHead head = Linear(new() { Dropout = 0, InitStd = .3 });
        Tensor state = Gaussian("state", 5, Width);
        Assert.True(F.linear(state, head.Output!.Weight.Value, head.Output.Bias!.Value).sub(head.Forward(state, DropoutPlaces.Off)).abs().max().item<float>() < 1e-6f);
        Assert.Equal(["head.out.weight", "head.out.bias"], head.Parameters.Select(p => p.Name));
        Assert.Equal(.3, head.Output.Weight.Value.std().item<float>(), .1);
        Assert.Equal(0, Linear(new() { Init = HeadInit.Zeros }).Output!.Weight.Value.abs().max().item<float>());
        Assert.InRange(Linear(new() { Init = HeadInit.Uniform }).Output!.Weight.Value.abs().max().item<float>(), .3, 1 / Math.Sqrt(Width));
    }

    [Fact]
    public void Norms_of_a_cosine_heads_rows_change_no_score()
    {
        CosineHead head = Cosine(new());
        using (no_grad())
        {
            head.Output!.Weight.Value.mul_(tensor(new[] { .1f, 3f, 40f, 1f }).unsqueeze(1));
        }

        Assert.All(new[] { EtaNorm.Change(head, 1.1), TauNorm.Change(head, .7) }, change =>
        {
            Assert.All(change.Scale, a => Assert.Equal(1, a, 1e-6));
            Assert.All(change.Shift, b => Assert.Equal(0, b));
        });
        LinearHead linear = Linear(new() { InitStd = .5 });
        Assert.Equal(EtaNorm.Change(linear.Output!, 1.1).Scale, EtaNorm.Change(linear, 1.1).Scale);
        Assert.Equal(TauNorm.Change(linear.Output!, .7).Shift, TauNorm.Change(linear, .7).Shift);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("cosine")]
    public void A_head_of_other_classes_is_refused(string kind)
    {
        using var tiny = new TinyModel();
        Recipe recipe = RecipeCatalogue.Load("cls-tanh", ["input.max_length=24", $"head={kind}"]);
        using (TextModel model = tiny.Load(recipe))
        {
            new TunedModel(recipe, TinyModel.Labels, [5, 3, 1], .55).Save(model, Path.Combine(tiny.Folder, "saved"));
        }

        InputException fault = Assert.Throws<InputException>(() => TextModel.Load(Path.Combine(tiny.Folder, "saved"), recipe, 5, verbalizer: null, 1));
        Assert.Contains("the model's head tells 3 classes apart and the data has 5", fault.Message, StringComparison.Ordinal);
    }

    private static CosineHead Cosine(HeadRecipe recipe) => new(recipe with { Kind = HeadKind.Cosine }, new ParameterBuilder(checkpoint: null, "test", "", seed: 3), Width, Classes);

    private static LinearHead Linear(HeadRecipe recipe) => new(recipe with { Kind = HeadKind.Linear }, new ParameterBuilder(checkpoint: null, "test", "", seed: 3), Width, Classes);

    private static Tensor Gaussian(string purpose, params long[] shape)
    {
        RandomStream stream = RandomStream.For(1, purpose);
        return tensor(Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)stream.NextGaussian()).ToArray(), shape);
    }
}
