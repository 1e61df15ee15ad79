using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>The losses that know class counts on one worked example, figures computed by hand in float64.</summary>
public sealed class LossZooTests : IDisposable
{
    private readonly DisposeScope _scope;

    public LossZooTests()
    {
        Libtorch.Load(1);
        _scope = NewDisposeScope();
    }

    public static TheoryData<LossRecipe, double[]> Cases => new()
    {
        { new LossRecipe(), [.464369, .407606, 1.085939] },
        { new LossRecipe { Kind = LossKind.Focal, Gamma = 2 }, [.064078, .045678, .476504] },
        { new LossRecipe { Kind = LossKind.LogitAdjusted }, [.038277, 1.545929, 4.871744] },
        { new LossRecipe { Kind = LossKind.BalancedSoftmax }, [.038277, 1.545929, 4.871744] },
        { new LossRecipe { Kind = LossKind.VectorScaling, Gamma = .3, Tau = 1.2 }, [.014599, 2.363792, 5.845397] },
        { new LossRecipe { Kind = LossKind.Ldam, Scale = 6, MaxMargin = 2.5 }, [.261437, 2.521358, 16.248587] },
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_loss_has_the_figures_computed_by_hand(LossRecipe recipe, double[] expected)
    {
        // LDAM's figures are of cosines Z / 5 with s = 30 and a margin of 0.5, which is Z with s = 6 and a margin of 2.5.
        Tensor logits = tensor(new[] { 2, 1, .5, 0, 1, -1, .3, -.2, .1 }, [3, 3]);
        double[] values = LossFactory.Create(recipe, [1000, 100, 10]).PerExample(logits, tensor(new long[] { 0, 1, 2 })).data<double>().ToArray();
        Assert.Equal(expected, values, (a, b) => Math.Abs(a - b) <= 6e-7);
    }

    [Fact]
    public void Class_weights_have_the_figures_computed_by_hand()
    {
        Assert.Equal([.028362, .271255, 2.700382], ClassWeighting.EffectiveNumber([1000, 100, 10], .9999).Select(w => (double)w), (a, b) => Math.Abs(a - b) <= 6e-7);
        Assert.Equal([.158114, .281171, .5], LdamLoss.Margins([1000, 100, 10], .5), (a, b) => Math.Abs(a - b) <= 6e-7);
    }
}
