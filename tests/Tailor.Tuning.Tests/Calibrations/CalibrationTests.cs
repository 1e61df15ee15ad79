using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning.Tests;

/// <summary>The calibrations by themselves, on features and scores made here.</summary>
public sealed class CalibrationTests : IDisposable
{
    private readonly DisposeScope _scope;

    public CalibrationTests()
    {
        Libtorch.Load(1);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Eta_norm_divides_the_bias_and_tau_norm_drops_it()
    {
        // Row norms 2 and 0.5; features (1, 1): scores 2 + 1 = 3 and 0.5 - 1 = -0.5.
        using var weight = new Parameter("w", tensor(new[] { 2f, 0f, 0f, .5f }, [2, 2]));
        using var bias = new Parameter("b", tensor(new[] { 1f, -1f }));
        var output = new Linear(weight, bias);
        Tensor scores = output.Forward(ones(1, 2)).detach();
        Assert.Equal([3 / Math.Pow(2, 1.1), -.5 / Math.Pow(.5, 1.1)], Numbers(EtaNorm.Change(output, 1.1).Apply(scores)), Close);
        Assert.Equal([2 / Math.Pow(2, .7), .5 / Math.Pow(.5, .7)], Numbers(TauNorm.Change(output, .7).Apply(scores)), Close);
        Assert.Equal([1, 1], Numbers(TauNorm.Change(output, 1).Apply(scores)), Close);
        Assert.Equal([2, .5], Numbers(TauNorm.Change(output, 0).Apply(scores)), Close);

        // Folded, the bias of tau-norm is zero to the last bit.
        Assert.Equal([0, 0], Numbers(TauNorm.Change(output, .7).Fold(bias.Value.detach())));
    }

    [Fact]
    public void A_change_folded_into_a_layer_is_the_change_of_its_scores()
    {
        Tensor weight = Gaussian("weight", 5, 8), bias = Gaussian("bias", 5), features = Gaussian("features", 20, 8);
        ScoreChange change = new ScoreChange([.5, 1, 2, 3, -1], [0, 1, 0, -2, 4]).Then(TemperatureScaling.Change(5, 1.7)).Then(LogitAdjustment.Change([50, 20, 9, 3, 0], 1.3));
        Tensor changed = change.Apply(F.linear(features, weight, bias)), folded = F.linear(features, change.Fold(weight), change.Fold(bias));
        Assert.True(changed.sub(folded).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void Logit_adjustment_takes_the_log_shares_and_nothing_where_classes_are_equal()
    {
        Tensor scores = Gaussian("scores", 30, 3);
        Assert.Equal([0.0, 0.0, 0.0], LogitAdjustment.Change([10, 20, 70], 0).Shift.Select(b => b + 0));
        Assert.Equal([-1.5 * Math.Log(.1), -1.5 * Math.Log(.2), -1.5 * Math.Log(.7)], LogitAdjustment.Change([10, 20, 70], 1.5).Shift, Close);
        Tensor before = F.softmax(scores, 1), equal = F.softmax(LogitAdjustment.Change([25, 25, 25], 2).Apply(scores), 1);
        Assert.True(before.sub(equal).abs().max().item<float>() < 1e-6f);

        // It undoes balanced softmax's training shift: scores + log shares, adjusted by tau 1, are the scores.
        Tensor shifted = scores.add(tensor(new[] { Math.Log(.1), Math.Log(.2), Math.Log(.7) }, ScalarType.Float32));
        Assert.True(LogitAdjustment.Change([10, 20, 70], 1).Apply(shifted).sub(scores).abs().max().item<float>() < 1e-6f);
    }

    [Theory]
    [InlineData(3.0)]
    [InlineData(0.2)]
    public void A_temperature_is_found_again_lowers_the_log_loss_and_moves_no_decision(double true_)
    {
        // Labels drawn from the softmax of the true scores; the model's scores are those times T.
        Tensor scores = Gaussian("scores", 4000, 4).mul(2), gold = Drawn(scores), given = scores.mul(true_);
        double found = TemperatureScaling.Fit(given, gold);
        Assert.InRange(found / true_, 0.93, 1.07);
        Assert.True(TemperatureScaling.LogLoss(given, gold, found) < TemperatureScaling.LogLoss(given, gold, 1));
        Assert.True(TemperatureScaling.LogLoss(given, gold, found) <= TemperatureScaling.LogLoss(given, gold, found * 1.01));
        Assert.True(TemperatureScaling.LogLoss(given, gold, found) <= TemperatureScaling.LogLoss(given, gold, found / 1.01));
        Assert.Equal(given.argmax(1).data<long>().ToArray(), TemperatureScaling.Change(4, found).Apply(given).argmax(1).data<long>().ToArray());
    }

    [Fact]
    public void The_nearest_mean_tells_separable_clusters_and_never_names_a_class_without_examples()
    {
        // Clusters around three axes, of very different lengths: only directions count. Class 2 has no example.
        int[] labels = [.. Enumerable.Range(0, 90).Select(i => i % 3 == 2 ? 3 : i % 3)];
        Tensor centres = tensor(new[] { 1f, 0f, 0f, 0f, 1f, 0f, 9f, 9f, 9f, 0f, 0f, 1f }, [4, 3]);
        Tensor features = centres.index_select(0, Ids(labels)).add(Gaussian("noise", 90, 3).mul(.1)).mul(tensor(Enumerable.Range(1, 90).Select(i => (float)i).ToArray()).unsqueeze(1));
        NearestClassMean means = NearestClassMean.Of(features, Ids(labels), 4, scale: 20);
        Tensor scores = means.Scores(features);
        Assert.Equal(labels.Select(l => (long)l), scores.argmax(1).data<long>().ToArray());
        Assert.All(Numbers(scores.select(1, 2)), score => Assert.Equal(-20, score));
        Assert.InRange(scores.max().item<float>(), 19f, 20.001f);

        // By hand: the mean of unit features, then the cosine.
        double[] first = [.. Enumerable.Range(0, 90).Where(i => labels[i] == 1).Select(i => Unit(features, i)).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)])];
        double length = Math.Sqrt(first.Sum(x => x * x));
        Assert.Equal(20 * first.Zip(Unit(features, 7), (m, x) => m * x / length).Sum(), scores[7, 1].item<float>(), 1e-4);
    }

    [Fact]
    public void By_distance_a_scattered_class_loses_what_it_wins_by_angle()
    {
        // Class 0 points two ways, so its mean (0.5, 0.5) is short; class 1 is all at (0, 1).
        Tensor features = tensor(new[] { 1f, 0f, 0f, 3f, 0f, 5f, 0f, 2f }, [4, 2]), labels = Ids([0, 0, 1, 1]), asked = tensor(new[] { 6f, 8f, 3f, 1f }, [2, 2]);
        NearestClassMean angle = NearestClassMean.Of(features, labels, 3, scale: 2), distance = NearestClassMean.Of(features, labels, 3, scale: 2, ClassMeanDistance.Euclidean);
        Assert.Equal([0L, 0L], angle.Scores(asked).argmax(1).data<long>().ToArray());
        double[] scores = Numbers(distance.Scores(asked));
        Assert.Equal([-2 * (.01 + .09), -2 * (.36 + .04), -8], scores[..3], (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([.5f, .5f, 0, 1, 0, 0], distance.Means);

        // The length of a mean is felt, that of a feature never.
        Assert.Equal(scores, Numbers(distance.Scores(asked.mul(40))), (a, b) => Math.Abs(a - b) < 1e-5);
        Tensor between = tensor(new[] { .4f, .9f }, [1, 2]);
        Assert.Equal((1L, 0L), (distance.Scores(between).argmax(1).item<long>(), angle.Scores(between).argmax(1).item<long>()));
    }

    [Fact]
    public void Retraining_is_its_seeds_alone_and_gives_rare_classes_their_due()
    {
        // Two overlapping clusters, 190 against 10: plain maximum likelihood hardly ever names the rare one.
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 20 == 0 ? 1 : 0)];
        Tensor features = Gaussian("features", 200, 2).add(Ids(labels).unsqueeze(1).to(ScalarType.Float32).mul(1.5));
        var recipe = new CalibrationRecipe { Kind = CalibrationKind.Crt, Epochs = 40, BatchSize = 20, Lr = 1e-2 };
        Tensor Retrained(long seed)
        {
            using var weight = new Parameter("w", zeros(2, 2));
            using var bias = new Parameter("b", tensor(new[] { 9f, 0f }));
            ClassifierRetraining.Fit(recipe, new HeadRecipe(), new Linear(weight, bias), features, labels, seed, TestContext.Current.CancellationToken);
            return cat([weight.Value.detach().view(-1), bias.Value.detach()]).clone();
        }

        Tensor once = Retrained(1);
        Assert.Equal(once.bytes.ToArray(), Retrained(1).bytes.ToArray());
        Assert.NotEqual(once.bytes.ToArray(), Retrained(2).bytes.ToArray());
        long[] said = F.linear(features, once.narrow(0, 0, 4).view(2, 2), once.narrow(0, 4, 2)).argmax(1).data<long>().ToArray();
        Assert.InRange(labels.Zip(said).Count(x => x is (1, 1)), 7, 10);
        Assert.InRange(labels.Zip(said).Count(x => x is (0, 0)), 120, 180);
    }

    [Fact]
    public void A_stopped_retraining_leaves_the_layer_as_it_was()
    {
        using var weight = new Parameter("w", ones(2, 2));
        using var bias = new Parameter("b", ones(2));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => ClassifierRetraining.Fit(new CalibrationRecipe { Kind = CalibrationKind.Crt }, new HeadRecipe(), new Linear(weight, bias), ones(4, 2), [0, 1, 0, 1], 1, stop.Token));
        Assert.Equal([1, 1, 1, 1], Numbers(weight.Value.detach()));
    }

    [Fact]
    public void Scales_of_equal_classes_stay_near_one_and_a_shrunken_class_is_stretched_back()
    {
        // Labels drawn from the scores themselves: no scale fits better than 1.
        Tensor scores = Gaussian("scores", 3000, 3).mul(1.5);
        int[] labels = [.. Drawn(scores).data<long>().ToArray().Select(l => (int)l)];
        var recipe = new CalibrationRecipe { Kind = CalibrationKind.Lws };
        ScoreChange kept = LearnedScales.Fit(recipe, scores, labels, 5, TestContext.Current.CancellationToken);
        Assert.All(kept.Scale, scale => Assert.InRange(scale, 0.9, 1.1));
        Assert.All(kept.Shift, shift => Assert.Equal(0, shift));
        Assert.Equal(kept.Scale, LearnedScales.Fit(recipe, scores, labels, 5, TestContext.Current.CancellationToken).Scale);
        ScoreChange stretched = LearnedScales.Fit(recipe with { Epochs = 30 }, scores.mul(tensor(new[] { 1f, 1f, .5f })), labels, 5, TestContext.Current.CancellationToken);
        Assert.InRange(stretched.Scale[2], 1.7, 2.3);
    }

    [Fact]
    public void Two_draws_of_a_batch_add_their_means()
    {
        Tensor logits = Gaussian("logits", 5, 3), labels = Ids([0, 1, 2, 2, 1]);
        foreach (Normalize normalize in Enum.GetValues<Normalize>())
        {
            var loss = new CrossEntropyLoss([1, 2, 4], normalize);
            LossParts both = loss.Of(logits, labels, 2, .3), drawn = loss.Of(logits.narrow(0, 0, 3), labels.narrow(0, 0, 3)), joined = loss.Of(logits.narrow(0, 3, 2), labels.narrow(0, 3, 2));
            Assert.Equal((drawn.Numerator.item<float>() / drawn.Denominator) + (.3 * joined.Numerator.item<float>() / joined.Denominator), both.Numerator.item<float>() / both.Denominator, 1e-6);
            Assert.Equal(loss.Of(logits, labels).Numerator.item<float>(), loss.Of(logits, labels, 0, .3).Numerator.item<float>());
        }
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-5;

    private static double[] Numbers(Tensor tensor) => tensor.to(ScalarType.Float64).contiguous().data<double>().ToArray();

    private static Tensor Ids(int[] labels) => tensor(labels.Select(l => (long)l).ToArray());

    private static double[] Unit(Tensor features, int row)
    {
        double[] values = Numbers(features[row]);
        double length = Math.Sqrt(values.Sum(x => x * x));
        return [.. values.Select(x => x / length)];
    }

    private static Tensor Gaussian(string name, params long[] shape)
    {
        RandomStream random = RandomStream.For(11, name);
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)random.NextGaussian();
        }

        return tensor(values, shape);
    }

    /// <summary>A class for each row, drawn from the softmax of its scores.</summary>
    private static Tensor Drawn(Tensor scores)
    {
        int classes = (int)scores.shape[1];
        double[] shares = Numbers(F.softmax(scores, 1));
        RandomStream random = RandomStream.For(12, "labels");
        long[] labels = new long[scores.shape[0]];
        for (int row = 0; row < labels.Length; row++)
        {
            double rest = random.NextDouble();
            while (labels[row] < classes - 1 && (rest -= shares[(row * classes) + labels[row]]) >= 0)
            {
                labels[row]++;
            }
        }

        return tensor(labels);
    }
}
