using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning.Tests;

/// <summary>The GCL losses against figures computed by hand in float64, their identities, and their gradient by the formula and by differences.</summary>
public sealed class GclLossTests : IDisposable
{
    private static readonly int[] Counts = [1000, 100, 10];

    private readonly DisposeScope _scope;
    private readonly Tensor _cosines, _labels, _epsilon;

    public GclLossTests()
    {
        Libtorch.Load(1);
        _scope = NewDisposeScope();
        _cosines = tensor(new[] { 2, 1, .5, 0, 1, -1, .3, -.2, .1 }, [3, 3]).div(5);
        _labels = tensor(new long[] { 0, 1, 2 });
        _epsilon = full([3, 3], .2, dtype: ScalarType.Float64);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Gcl_has_the_figures_computed_by_hand() => Assert.Equal([.050946, .313928, 4.856396], Values(new GclLoss(Counts), LogitNoise.Of(_epsilon)), Close(5e-7));

    [Theory]
    [InlineData(false, .047550, .293228, 4.534137)]
    [InlineData(true, .010597, .152087, 4.516171)]
    public void Asymmetric_gcl_has_the_figures_computed_by_hand(bool companion, params double[] expected)
    {
        ClassificationLoss loss = LossFactory.Create(LossRecipe.Of(LossKind.AsymmetricGcl), Counts);
        Assert.Equal(expected, Values(companion ? loss.OfCompanions : loss, LogitNoise.Of(_epsilon)), Close(5e-7));
    }

    [Fact]
    public void Noise_lowers_every_class_by_its_cloud_whatever_its_sign_and_the_margin_the_label_alone()
    {
        // δ = [0, 0.5, 1]: with a = 0.5 and |ε| = 0.4 the cosines fall by 0, 0.1 and 0.2, the label's by 0.1 more.
        Tensor epsilon = full([3, 3], .4, dtype: ScalarType.Float64).mul(tensor(new[] { 1.0, -1, 1 }).unsqueeze(1));
        Tensor lowered = _cosines.sub(tensor(new[] { 0, .1, .2 })).sub(eye(3, dtype: ScalarType.Float64).mul(.1)).mul(20);
        Assert.Equal(Numbers(F.cross_entropy(lowered, _labels, reduction: nn.Reduction.None)), Values(new GclLoss(Counts), LogitNoise.Of(epsilon)), Close(1e-12));
    }

    [Fact]
    public void Without_noise_and_margin_gcl_is_cross_entropy_of_scaled_cosines() =>
        Assert.Equal(Values(new CrossEntropyLoss(), LogitNoise.Off, _cosines.mul(30)), Values(new GclLoss(Counts, scale: 30, margin: 0, noise: 0), LogitNoise.Of(_epsilon)), Close(1e-12));

    [Fact]
    public void With_exponents_of_zero_asymmetric_gcl_is_smoothed_cross_entropy_of_clouded_logits()
    {
        LossRecipe recipe = LossRecipe.Of(LossKind.AsymmetricGcl) with { GammaPositive = 0, GammaNegative = 0, Margin = 0, Noise = 0 };
        Assert.Equal(Values(new CrossEntropyLoss(labelSmoothing: .1), LogitNoise.Off, _cosines.mul(20)), Values(LossFactory.Create(recipe, Counts), LogitNoise.Off), Close(1e-12));
    }

    [Fact]
    public void Without_smoothing_the_negative_exponent_does_nothing()
    {
        LossRecipe recipe = LossRecipe.Of(LossKind.AsymmetricGcl) with { LabelSmoothing = 0, GammaPositive = 1 };
        Assert.Equal(Values(LossFactory.Create(recipe with { GammaNegative = 0 }, Counts), LogitNoise.Off), Values(LossFactory.Create(recipe, Counts), LogitNoise.Off));
    }

    [Theory]
    [InlineData(LossKind.Gcl)]
    [InlineData(LossKind.AsymmetricGcl)]
    public void Equal_counts_have_no_clouds_and_absent_classes_no_infinite_ones(LossKind kind)
    {
        ClassificationLoss even = LossFactory.Create(LossRecipe.Of(kind), [7, 7, 7]);
        Assert.Equal(Values(even, LogitNoise.Off), Values(even, LogitNoise.Of(_epsilon)));
        Assert.All(Values(LossFactory.Create(LossRecipe.Of(kind), [50, 1, 0]), LogitNoise.Of(_epsilon)), value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(.5, 8)]
    [InlineData(2, .5)]
    public void The_gradient_is_that_of_the_formula_and_of_differences(double positive, double negative)
    {
        LossRecipe recipe = LossRecipe.Of(LossKind.AsymmetricGcl) with { GammaPositive = positive, GammaNegative = negative };
        ClassificationLoss loss = LossFactory.Create(recipe, Counts);
        double[] gradient = Gradient(loss, _cosines), formula = Formula(recipe);
        Assert.Equal(formula, gradient, Close(1e-9));
        const double Step = 1e-6;
        for (int i = 0; i < 9; i++)
        {
            Tensor step = zeros(9, dtype: ScalarType.Float64);
            step[i] = Step;
            double difference = (Values(loss, LogitNoise.Of(_epsilon), _cosines.add(step.view(3, 3))).Sum() - Values(loss, LogitNoise.Of(_epsilon), _cosines.sub(step.view(3, 3))).Sum()) / (2 * Step);
            Assert.Equal(difference, gradient[i], 1e-6 * Math.Max(1, Math.Abs(difference)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(.5)]
    [InlineData(1)]
    public void The_gradient_of_answers_that_are_certain_is_finite_in_single_precision(double gamma)
    {
        LossRecipe recipe = LossRecipe.Of(LossKind.AsymmetricGcl) with { GammaPositive = gamma, GammaNegative = gamma, Scale = 1000 };
        Tensor cosines = tensor(new[] { 1f, -1f, -1f, -1f, 1f, -1f, 1f, -1f, -1f }, [3, 3]);
        Assert.All(Gradient(LossFactory.Create(recipe, Counts), cosines), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_second_draw_has_its_own_exponents_and_the_noise_of_its_own_places()
    {
        ClassificationLoss loss = LossFactory.Create(LossRecipe.Of(LossKind.AsymmetricGcl), Counts);
        LogitNoise noise = LogitNoise.Of(5, 11);
        LossParts joint = loss.Of(_cosines, _labels, companions: 2, companionWeight: .35, noise);
        double[] first = Numbers(loss.PerExample(_cosines.narrow(0, 0, 1), _labels.narrow(0, 0, 1), noise));
        double[] second = Numbers(loss.OfCompanions.PerExample(_cosines.narrow(0, 1, 2), _labels.narrow(0, 1, 2), noise.From(1)));
        Assert.Equal(first[0] + (.35 * second.Average()), joint.Numerator.item<double>() / joint.Denominator, 1e-12);
        Assert.NotEqual(Numbers(loss.PerExample(_cosines.narrow(0, 1, 2), _labels.narrow(0, 1, 2), noise.From(1)))[0], second[0]);
    }

    [Fact]
    public void Noise_is_named_by_seed_pass_place_and_class()
    {
        double[] all = Numbers(LogitNoise.Of(3, 7).Magnitudes(6, 4)!);
        Assert.Equal(all, Numbers(LogitNoise.Of(3, 7).Magnitudes(6, 4)!));
        Assert.Equal(all[8..], Numbers(LogitNoise.Of(3, 7).From(1).From(1).Magnitudes(4, 4)!));
        Assert.Empty(all.Intersect(Numbers(LogitNoise.Of(3, 8).Magnitudes(6, 4)!)));
        Assert.Empty(all.Intersect(Numbers(LogitNoise.Of(4, 7).Magnitudes(6, 4)!)));
        Assert.Equal(24, all.Distinct().Count());
        Assert.Null(LogitNoise.Off.Magnitudes(6, 4));
    }

    [Fact]
    public void Noise_is_a_clipped_normal_of_a_third()
    {
        double[] values = Numbers(LogitNoise.Of(1, 1).Magnitudes(2000, 50)!);
        Assert.All(values, value => Assert.InRange(value, 0, 1));
        Assert.Equal(Math.Sqrt(2 / Math.PI) / 3, values.Average(), 2e-3);
        Assert.Equal(.0027, values.Count(value => value == 1) / (double)values.Length, 6e-4);
        Assert.Equal(.6827, values.Count(value => value < 1.0 / 3) / (double)values.Length, 6e-3);
    }

    /// <summary>dL/dv by the formula of the specification: -s (G_k - p_k Σ G), G_c = p_c h'_c(p_c).</summary>
    private double[] Formula(LossRecipe recipe)
    {
        double[] delta = [0, .5, 1], result = new double[9], cosines = Numbers(_cosines);
        for (int b = 0; b < 3; b++)
        {
            double[] z = [.. Enumerable.Range(0, 3).Select(c => recipe.Scale * (cosines[(b * 3) + c] - (recipe.Noise * .2 * delta[c]) - (c == b ? recipe.Margin : 0)))];
            double sum = z.Sum(Math.Exp);
            double[] p = [.. z.Select(x => Math.Exp(x) / sum)];
            double other = recipe.LabelSmoothing / 3, own = 1 - recipe.LabelSmoothing + other, gp = recipe.GammaPositive, gn = recipe.GammaNegative;
            double[] g = [.. Enumerable.Range(0, 3).Select(c => c == b
                ? own * (Math.Pow(1 - p[c], gp) - (gp * p[c] * Math.Pow(1 - p[c], gp - 1) * Math.Log(p[c])))
                : other * Math.Pow(p[c], gn) * ((gn * Math.Log(p[c])) + 1))];
            for (int k = 0; k < 3; k++)
            {
                result[(b * 3) + k] = -recipe.Scale * (g[k] - (p[k] * g.Sum()));
            }
        }

        return result;
    }

    private double[] Gradient(ClassificationLoss loss, Tensor cosines)
    {
        Tensor leaf = cosines.detach().clone().requires_grad_();
        loss.PerExample(leaf, _labels, LogitNoise.Of(_epsilon)).sum().backward();
        return Numbers(leaf.grad!.to(ScalarType.Float64));
    }

    private double[] Values(ClassificationLoss loss, LogitNoise noise, Tensor? cosines = null) => Numbers(loss.PerExample(cosines ?? _cosines, _labels, noise));

    private static double[] Numbers(Tensor values) => values.detach().data<double>().ToArray();

    private static Func<double, double, bool> Close(double tolerance) => (a, b) => Math.Abs(a - b) <= tolerance;
}
