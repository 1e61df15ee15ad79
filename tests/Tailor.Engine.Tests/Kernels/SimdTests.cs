using System.Runtime.Intrinsics;

namespace Tailor.Engine.Tests;

[Collection(KernelCollection.Name)]
public sealed unsafe class SimdTests
{
    [Fact]
    public void The_setting_chooses_among_what_the_processor_has()
    {
        int widest = SimdChoice.Available.Max();
        Assert.Equal(128, SimdChoice.Choose("128"));
        Assert.Equal(widest, SimdChoice.Choose(null));
        Assert.Equal(widest, SimdChoice.Choose("wide"));
        Assert.Equal(widest, SimdChoice.Choose("1024"));
    }

    [Fact]
    public void The_exponential_is_accurate_and_its_tail_is_zero()
    {
        Exponential<Simd128, Vector128<float>>();
        Exponential<Simd256, Vector256<float>>();
        Exponential<Simd512, Vector512<float>>();
    }

    [Fact]
    public void The_matrix_product_equals_the_sum_of_products_for_every_size()
    {
        Product<Simd128, Vector128<float>>();
        Product<Simd256, Vector256<float>>();
        Product<Simd512, Vector512<float>>();
    }

    [Fact]
    public void Every_width_keeps_the_elements_that_the_scalar_hash_keeps()
    {
        Keep<Simd128, Vector128<float>>();
        Keep<Simd256, Vector256<float>>();
        Keep<Simd512, Vector512<float>>();
    }

    [Fact]
    public void Every_width_finds_the_largest_and_the_sum()
    {
        Reduce<Simd128, Vector128<float>>();
        Reduce<Simd256, Vector256<float>>();
        Reduce<Simd512, Vector512<float>>();
    }

    private static void Exponential<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* x = stackalloc float[TSimd.Width];
        for (double v = -87.3; v < 88; v += 0.0137)
        {
            TSimd.Store(VectorExponential<TSimd, TVector>.Exp(TSimd.Create((float)v)), x);
            double expected = Math.Exp((float)v);
            Assert.InRange(x[TSimd.Width - 1] / expected, 1 - 4e-7, 1 + 4e-7);
        }

        foreach (float far in new[] { -88f, -1000f, float.NegativeInfinity, float.MinValue })
        {
            TSimd.Store(VectorExponential<TSimd, TVector>.Exp(TSimd.Create(far)), x);
            Assert.Equal(0f, x[0]);
        }

        TSimd.Store(VectorExponential<TSimd, TVector>.Exp(TSimd.Create(float.NaN)), x);
        Assert.True(float.IsNaN(x[0]));
    }

    private static void Product<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        var random = new Random(4);
        float[] a = new float[32 * 32], b = new float[32 * 64], c = new float[32 * 64], before = new float[32 * 64];
        fixed (float* pa = a, pb = b, pc = c)
        {
            for (int rows = 1; rows <= 21; rows++)
            {
                for (int columns = TSimd.Width; columns <= 3 * TSimd.Width; columns += TSimd.Width)
                {
                    foreach ((int inner, bool transposed, bool accumulate) in new[] { (1, false, false), (7, true, false), (12, false, true), (5, true, true) })
                    {
                        for (int i = 0; i < a.Length; i++)
                        {
                            a[i] = (float)random.NextDouble() - 0.5f;
                        }

                        for (int i = 0; i < b.Length; i++)
                        {
                            b[i] = (float)random.NextDouble() - 0.5f;
                            c[i] = (float)random.NextDouble();
                        }

                        c.CopyTo(before, 0);
                        MatrixTiles<TSimd, TVector>.Multiply(pa, transposed ? 1 : 32, transposed ? 32 : 1, pb, 64, pc, 64, rows, columns, inner, accumulate);
                        for (int i = 0; i < rows; i++)
                        {
                            for (int j = 0; j < columns; j++)
                            {
                                double expected = accumulate ? before[(i * 64) + j] : 0;
                                for (int k = 0; k < inner; k++)
                                {
                                    expected += (double)a[transposed ? (k * 32) + i : (i * 32) + k] * b[(k * 64) + j];
                                }

                                Assert.Equal(expected, c[(i * 64) + j], tolerance: 2e-6);
                            }
                        }
                    }
                }
            }
        }
    }

    private static void Keep<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* x = stackalloc float[TSimd.Width];
        foreach (double probability in new[] { 0.01, 0.1, 0.5, 0.9, 0.9999 })
        {
            uint threshold = CounterHash.Threshold(probability);
            CounterHash.Row row = CounterHash.RowOf(99, 7);
            for (uint first = 0; first < 4096; first += (uint)TSimd.Width)
            {
                TSimd.Store(TSimd.Keep(TSimd.Create(2), row, first, threshold), x);
                for (uint lane = 0; lane < TSimd.Width; lane++)
                {
                    Assert.Equal(CounterHash.Keeps(row, first + lane, threshold) ? 2 : 0, x[lane]);
                }
            }
        }
    }

    private static void Reduce<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        float* x = stackalloc float[TSimd.Width];
        for (int largest = 0; largest < TSimd.Width; largest++)
        {
            for (int i = 0; i < TSimd.Width; i++)
            {
                x[i] = i == largest ? 3 : -i;
            }

            Assert.Equal(3, TSimd.Max(TSimd.Load(x)));
            Assert.Equal((-TSimd.Width * (TSimd.Width - 1) / 2) + largest + 3, TSimd.Sum(TSimd.Load(x)));
        }
    }
}
