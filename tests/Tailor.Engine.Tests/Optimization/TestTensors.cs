using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

/// <summary>Tensors of known random values, and their bits.</summary>
internal static class TestTensors
{
    /// <summary>Uniform values in [-1, 1).</summary>
    public static Tensor Random(long seed, params long[] shape)
    {
        var stream = RandomStream.For(seed, "test tensor");
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((2 * stream.NextDouble()) - 1);
        }

        return tensor(values).reshape(shape);
    }

    public static long[] Ids(long seed, int count, int rows)
    {
        var stream = RandomStream.For(seed, "test ids");
        long[] ids = new long[count];
        for (int i = 0; i < count; i++)
        {
            ids[i] = stream.NextInt(rows);
        }

        return ids;
    }

    public static int[] Bits(Tensor value) => [.. value.data<float>().ToArray().Select(BitConverter.SingleToInt32Bits)];
}
