using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

public sealed class PictureBatchesTests : IDisposable
{
    private static readonly ImageProcessor Processor = new() { Resize = ResizeRule.Exactly(8, 8) };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Batches_come_in_order_with_the_numbers_of_each_picture()
    {
        ImageSource[] sources = Sources(7);
        int[][] order = [[3, 1], [0, 6, 5], [2]];
        PictureBatch[] batches = [.. Read(sources, order, Processor)];
        Assert.Equal(order, batches.Select(b => b.Examples));
        foreach (PictureBatch batch in batches)
        {
            Assert.Equal(batch.Examples.SelectMany(e => Processor.Process(sources[e].Load())), batch.Pixels.ToArray());
            batch.Dispose();
            Assert.Throws<ObjectDisposedException>(() => batch.Pixels);
        }
    }

    [Fact]
    public void The_numbers_do_not_depend_on_threads_prefetching_or_batches()
    {
        ImageSource[] sources = Sources(12);
        float[] Numbers(int threads, int prefetch, int size, int skip = 0)
        {
            var transform = new ImageAugmentation(new ImageAugmentationOptions { RandAugment = new() }, Processor, 3, 1, 4);
            int[] pass = [.. Enumerable.Range(0, 12), .. Enumerable.Range(0, 12)];
            var numbers = new List<float>();
            foreach (PictureBatch batch in Read(sources, pass.Chunk(size), transform, new PictureBatchOptions { Threads = threads, Prefetch = prefetch, SkipBatches = skip }))
            {
                using (batch)
                {
                    numbers.AddRange(batch.Pixels.ToArray());
                }
            }

            return [.. numbers];
        }

        float[] expected = Numbers(1, 1, 4);
        Assert.Equal(expected, Numbers(3, 4, 4));
        Assert.Equal(expected, Numbers(0, 2, 5));

        // The second use of an example is another draw, and a pass taken up in its middle goes on with the same numbers.
        Assert.NotEqual(expected[..(expected.Length / 2)], expected[(expected.Length / 2)..]);
        Assert.Equal(expected[(expected.Length / 2)..], Numbers(2, 2, 4, skip: 3));
    }

    [Fact]
    public void The_first_bad_picture_in_order_ends_the_reading()
    {
        ImageSource[] sources = Sources(6);
        (sources[4], sources[2]) = (Bad("late.png"), Bad("early.png"));
        var seen = new List<int>();
        InputException fault = Assert.Throws<InputException>(() =>
        {
            foreach (PictureBatch batch in Read(sources, [[0, 1], [3, 2, 4, 5]], Processor, new PictureBatchOptions { Threads = 4 }))
            {
                seen.AddRange(batch.Examples);
            }
        });
        Assert.Equal([0, 1], seen);
        Assert.Contains("early.png", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_pictures_are_skipped_and_listed_when_asked()
    {
        ImageSource[] sources = Sources(5);
        (sources[0], sources[3]) = (Bad("a.png"), Bad("b.png"));
        using PictureBatch batch = Assert.Single(Read(sources, [[0, 1, 3, 4, 2]], Processor, new PictureBatchOptions { SkipBad = true }));
        Assert.Equal([1, 4, 2], batch.Examples);
        Assert.Equal([0, 3], batch.Skipped.Select(b => b.Index));
        Assert.Equal(batch.Examples.SelectMany(e => Processor.Process(sources[e].Load())), batch.Pixels.ToArray());
        Assert.Equal([0, 3], PictureCheck.Find(sources, cancellation: TestContext.Current.CancellationToken).Select(b => b.Index));
        Assert.All(PictureCheck.Find(sources, cancellation: TestContext.Current.CancellationToken), b => Assert.StartsWith(b.Name + ": ", b.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_strip_that_would_grow_beyond_bounds_is_refused_by_name()
    {
        string path = _folder.Write("strip.png", Samples.Png(60_000, 1, (_, _) => (1, 2, 3, 255)));
        var processor = new ImageProcessor { Resize = ResizeRule.ToShortestEdge(224), Crop = (224, 224) };
        Assert.Equal(
            $"{path}: the picture's 60,000 x 1 pixels are too narrow to bring the shorter edge to 224; leave it out or crop it",
            Assert.Throws<InputException>(() => Read([new FileImageSource(path)], [[0]], processor).First()).Message);
        Read([new FileImageSource(path)], [[0]], Processor).First().Dispose();
    }

    [Fact]
    public void Five_crops_lie_side_by_side()
    {
        ImageSource[] sources = Sources(2);
        var crops = new FiveCrop(Processor, 8, 2);
        using PictureBatch batch = Assert.Single(Read(sources, [[1, 0]], crops));
        Assert.Equal((10, 5), (batch.Count, batch.Views));
        float[] own = new float[5 * 3 * 64];
        crops.Apply(sources[0].Load(), default, own);
        Assert.Equal(own, batch.Pixels[own.Length..].ToArray());
    }

    [Fact]
    public void Reading_can_be_cancelled_or_left_early()
    {
        ImageSource[] sources = Sources(4);
        using var stop = new CancellationTokenSource();
        IEnumerable<IReadOnlyList<int>> endless = Enumerable.Repeat<IReadOnlyList<int>>([0, 1, 2, 3], int.MaxValue);
        Assert.Throws<OperationCanceledException>(() =>
        {
            int batches = 0;
            foreach (PictureBatch batch in PictureBatches.Read(sources, endless, Processor, cancellation: stop.Token))
            {
                batch.Dispose();
                if (++batches == 3)
                {
                    stop.Cancel();
                }
            }
        });
        Read(sources, endless, Processor).First().Dispose();
        Assert.Throws<OperationCanceledException>(() => PictureCheck.Find(sources, cancellation: stop.Token));
    }

    [Fact]
    public void A_transform_without_one_size_is_refused() =>
        Assert.Throws<ArgumentException>(() => Read(Sources(1), [[0]], new ImageProcessor { Resize = ResizeRule.ToShortestEdge(9) }));

    private static IEnumerable<PictureBatch> Read(IReadOnlyList<ImageSource> sources, IEnumerable<IReadOnlyList<int>> batches, PictureTransform transform, PictureBatchOptions? options = null) =>
        PictureBatches.Read(sources, batches, transform, options, TestContext.Current.CancellationToken);

    private ImageSource[] Sources(int count) => [.. Enumerable.Range(0, count).Select(i => new FileImageSource(_folder.Write($"{i}.png", Samples.Png(Samples.Noise(10 + i, 12, i)))))];

    private FileImageSource Bad(string name) => new(_folder.Write(name, "no picture"u8.ToArray()));
}
