using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning.Tests;

/// <summary>Heads that start from frozen features: class means and a balanced linear probe.</summary>
public sealed class HeadInitializationTests : IDisposable
{
    private readonly DisposeScope _scope;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public HeadInitializationTests()
    {
        Libtorch.Load(1);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Class_means_are_means_of_raw_features_at_length_1()
    {
        // Lengths differ: the mean of class 0 is (2, 1), not the mean of the directions.
        Tensor features = tensor(new[] { 4f, 0f, 0f, 2f, 0f, -3f }, [3, 2]);
        CosineHead head = Cosine(HeadInit.ClassMeans, width: 2, classes: 3);
        Tensor fresh = head.Output!.Weight.Value.detach().clone();
        HeadInitialization.Set(Recipe(HeadInit.ClassMeans), head, features, [0, 0, 2], Stop);
        float root = MathF.Sqrt(5);
        Assert.Equal([2 / root, 1 / root, fresh[1, 0].item<float>(), fresh[1, 1].item<float>(), 0, -1], head.Output.Weight.Value.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f);
        Assert.Equal([2, 1, 0, 0, 0, -3], HeadInitialization.ClassMeans(features, [0, 0, 2], 3).data<float>().ToArray());
    }

    [Fact]
    public void The_first_examples_of_each_class_are_read_up_to_the_cap()
    {
        int[] labels = [2, 0, 2, 2, 1, 0, 0];
        Assert.Equal([0, 1, 2, 4, 5], HeadInitialization.Examples(Recipe(HeadInit.ClassMeans) with { InitExamples = 2 }, labels));
        Assert.Equal(Enumerable.Range(0, 7), HeadInitialization.Examples(Recipe(HeadInit.ClassMeans), labels));
    }

    [Fact]
    public void The_biases_of_a_linear_head_become_0()
    {
        var head = new LinearHead(new() { Kind = HeadKind.Linear, Init = HeadInit.ClassMeans }, new ParameterBuilder(checkpoint: null, "test", "", seed: 3), 2, 2);
        using (no_grad())
        {
            head.Output!.Bias!.Value.fill_(7);
        }

        HeadInitialization.Set(Recipe(HeadInit.ClassMeans), head, tensor(new[] { 4f, 0f, 0f, 2f }, [2, 2]), [0, 1], Stop);
        Assert.Equal([1, 0, 0, 1], head.Output.Weight.Value.data<float>().ToArray());
        Assert.Equal([0, 0], head.Output.Bias.Value.data<float>().ToArray());
    }

    [Fact]
    public void The_probe_ends_where_the_gradient_of_its_objective_is_0()
    {
        (Tensor features, int[] labels) = Clusters(8, [60, 20, 7]);
        Tensor weights = LinearProbe.Fit(features, labels, 3, Stop).to(ScalarType.Float64);

        // The free biases are found by Newton steps here; then the gradient of Σ s CE + ‖W‖² / 2 in W must be 0.
        Tensor x = features.to(ScalarType.Float64), gold = tensor(labels.Select(id => (long)id).ToArray()), balanced = tensor(labels.Select(id => 87.0 / (3 * new[] { 60, 20, 7 }[id])).ToArray());
        Tensor bias = zeros(3, dtype: ScalarType.Float64), share = balanced.unsqueeze(1), indicator = F.one_hot(gold, 3).to(ScalarType.Float64), residual = indicator;
        for (int i = 0; i < 50; i++)
        {
            Tensor p = F.softmax(x.matmul(weights.t()).add(bias), 1);
            residual = p.sub(indicator).mul(share);
            Tensor hessian = diag(p.mul(share).sum([0])).sub(p.t().matmul(p.mul(share)));
            bias = bias.sub(linalg.lstsq(hessian.add(1e-9 * eye(3, dtype: ScalarType.Float64)), residual.sum([0]).unsqueeze(1)).Solution.squeeze(1));
        }

        Tensor data = residual.t().matmul(x), gradient = data.add(weights);
        Assert.True(gradient.norm().item<double>() < 2e-3 * data.norm().item<double>(), $"{gradient.norm().item<double>()} beside {data.norm().item<double>()}");
    }

    [Fact]
    public void The_probe_weighs_classes_alike()
    {
        // Two overlapping classes on a line, 95 to 5: without balance nearly all answers would be the first class.
        (Tensor features, int[] labels) = Clusters(2, [950, 50]);
        Tensor weights = LinearProbe.Fit(features, labels, 2, Stop), direction = weights[0].sub(weights[1]);
        Tensor along = features.matmul(direction), gold = tensor(labels.Select(id => (long)id).ToArray());
        Assert.True(along.masked_select(gold.eq(0)).mean().item<float>() > along.masked_select(gold.eq(1)).mean().item<float>());
        Tensor once = LinearProbe.Fit(cat([features, features.narrow(0, 950, 50)], 0), [.. labels, .. labels[950..]], 2, Stop);

        // Each rare example twice is the same balanced problem but for the size of the penalty.
        Assert.True(F.cosine_similarity(once.flatten(), weights.flatten(), 0).item<float>() > .9999f);
    }

    [Fact]
    public void The_probe_tells_its_features_apart_and_sets_rows_of_length_1()
    {
        (Tensor features, int[] labels) = Clusters(16, [40, 12, 5, 5]);
        CosineHead head = Cosine(HeadInit.LinearProbe, 16, 5);
        Tensor fresh = head.Output!.Weight.Value[4].detach().clone();
        HeadInitialization.Set(Recipe(HeadInit.LinearProbe), head, features, labels, Stop);
        Assert.True(head.Output.Weight.Value.norm(1).sub(1).abs().max().item<float>() < 1e-5f);
        Assert.Equal(fresh.data<float>().ToArray(), head.Output.Weight.Value[4].data<float>().ToArray());
        long[] said = head.Forward(features, DropoutPlaces.Off).argmax(1).data<long>().ToArray();
        Assert.True(said.Zip(labels).Count(pair => pair.First == pair.Second) > 58);
    }

    [Fact]
    public void Starts_leave_no_tensor_behind_and_can_be_stopped()
    {
        (Tensor features, int[] labels) = Clusters(8, [20, 10]);
        CosineHead head = Cosine(HeadInit.LinearProbe, 8, 2);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        HeadInitialization.Set(Recipe(HeadInit.LinearProbe), head, features, labels, Stop);
        HeadInitialization.Set(Recipe(HeadInit.ClassMeans), head, features, labels, Stop);
        Assert.Equal(before, Tensor.TotalCount);
        float[] rows = head.Output!.Weight.Value.data<float>().ToArray();
        Assert.Throws<OperationCanceledException>(() => HeadInitialization.Set(Recipe(HeadInit.LinearProbe), head, features, labels, new CancellationToken(canceled: true)));
        Assert.Equal(rows, head.Output.Weight.Value.data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => HeadInitialization.Set(Recipe(HeadInit.ClassMeans), head, features, [0, 1], Stop));
    }

    private static HeadRecipe Recipe(HeadInit init) => new() { Kind = HeadKind.Cosine, Init = init };

    private static CosineHead Cosine(HeadInit init, int width, int classes) => new(Recipe(init), new ParameterBuilder(checkpoint: null, "test", "", seed: 3), width, classes);

    /// <summary>Normal features around a centre of each class, first all of class 0.</summary>
    private static (Tensor Features, int[] Labels) Clusters(int width, int[] counts)
    {
        RandomStream stream = RandomStream.For(4, "clusters");
        double[][] centres = [.. counts.Select(_ => Enumerable.Range(0, width).Select(_ => 2 * stream.NextGaussian()).ToArray())];
        int[] labels = [.. counts.SelectMany((count, c) => Enumerable.Repeat(c, count))];
        return (tensor(labels.SelectMany(c => centres[c].Select(x => (float)(x + stream.NextGaussian()))).ToArray(), [labels.Length, width]), labels);
    }
}
