using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones.Tests;

public sealed class PositionGridTests
{
    public PositionGridTests() => Libtorch.Load(1);

    [Fact]
    public void The_grids_own_size_gives_the_table_itself()
    {
        using DisposeScope scope = NewDisposeScope();
        using var table = new Parameter("positions", TinyImages.Noise(1, 1, 2 + 25, 6));
        Assert.True(TinyImages.Same(table.Value.view(27, 6), new PositionGrid(table, leading: 2, side: 5).For(5, 5)));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(3, 9)]
    [InlineData(10, 2)]
    public void Another_size_is_the_bicubic_convolution_of_the_grid(int rows, int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        using var table = new Parameter("positions", TinyImages.Noise(1, 2 + 25, 6));
        Tensor made = new PositionGrid(table, leading: 2, side: 5).For(rows, columns);
        Assert.Equal([2 + (rows * columns), 6], made.shape);
        Assert.True(TinyImages.Same(table.Value.narrow(0, 0, 2), made.narrow(0, 0, 2)));
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int c = 0; c < 6; c++)
                {
                    double expected = 0;
                    foreach ((int y, double wy) in Taps(i, rows))
                    {
                        expected += Taps(j, columns).Sum(tap => wy * tap.Weight * table.Value[2 + (y * 5) + tap.At, c].item<float>());
                    }

                    Assert.Equal(expected, made[2 + (i * columns) + j, c].item<float>(), 2e-5);
                }
            }
        }
    }

    [Fact]
    public void A_gradient_reaches_every_position_of_the_table()
    {
        using DisposeScope scope = NewDisposeScope();
        using var table = new Parameter("positions", TinyImages.Noise(1, 1 + 25, 6));
        new PositionGrid(table, leading: 1, side: 5).For(6, 7).sum().backward();
        Assert.True(table.Value.grad!.abs().sum(1).min().item<float>() > 0.1);
        Assert.Equal(6 * 7 * 6 + 6, table.Value.grad!.sum().item<float>(), 1e-2);
    }

    /// <summary>Keys' convolution with a = -0.75, pixel centres at half, borders repeated (Keys, 1981), from five samples to <paramref name="size"/>.</summary>
    private static IEnumerable<(int At, double Weight)> Taps(int place, int size)
    {
        double x = ((place + 0.5) * 5 / size) - 0.5;
        int first = (int)Math.Floor(x);
        for (int k = -1; k <= 2; k++)
        {
            double d = Math.Abs(x - first - k), a = -0.75;
            double weight = d <= 1 ? ((a + 2) * d * d * d) - ((a + 3) * d * d) + 1 : (a * d * d * d) - (5 * a * d * d) + (8 * a * d) - (4 * a);
            yield return (Math.Clamp(first + k, 0, 4), weight);
        }
    }
}
