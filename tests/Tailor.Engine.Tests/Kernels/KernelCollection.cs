using TorchSharp;

namespace Tailor.Engine.Tests;

/// <summary>Tests that change what is global (libtorch's threads, the width of vectors) or count live tensors run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class KernelCollection
{
    public const string Name = "kernels";

    public static IEnumerable<TheoryDataRow<int>> Widths => SimdChoice.Available.Select(bits => new TheoryDataRow<int>(bits));

    /// <summary>Runs with a number of threads and a width of vectors, and puts both back.</summary>
    public static T With<T>(int threads, int bits, Func<T> body)
    {
        (int oldThreads, int oldBits) = (torch.get_num_threads(), SimdChoice.Bits);
        torch.set_num_threads(threads);
        SimdChoice.Force(bits);
        try
        {
            return body();
        }
        finally
        {
            torch.set_num_threads(oldThreads);
            SimdChoice.Force(oldBits);
        }
    }

    /// <summary>Runs with every width of vectors, on one thread and on two.</summary>
    public static void OnEveryWidth(Action body)
    {
        foreach (int bits in SimdChoice.Available)
        {
            for (int threads = 1; threads <= 2; threads++)
            {
                With(threads, bits, () =>
                {
                    body();
                    return 0;
                });
            }
        }
    }

    public static float[] Floats(torch.Tensor tensor) => tensor.to(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();

    /// <summary>Asserts that the largest difference is small against the largest value.</summary>
    public static void AssertClose(torch.Tensor expected, torch.Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        double difference = (expected.to(torch.ScalarType.Float64) - actual.to(torch.ScalarType.Float64)).abs().max().ToDouble();
        double scale = Math.Max(expected.abs().max().ToDouble(), 1e-3);
        Assert.True(difference <= tolerance * scale, $"differs by {difference:g3} where values reach {scale:g3}");
    }

    /// <summary>Asserts that no tensor is left of a step when it is over; the first two may keep what is made once.</summary>
    public static void AssertKeepsNothing(Action step)
    {
        step();
        step();
        long before = torch.Tensor.TotalCount;
        step();
        step();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    public static torch.Tensor Normal(int seed, params long[] shape)
    {
        var random = Tailor.Foundation.RandomStream.For(seed, "test values");
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)random.NextGaussian();
        }

        return torch.tensor(values).view(shape);
    }
}
