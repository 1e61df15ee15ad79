using System.Collections.Concurrent;
using System.Threading.Channels;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Decodes and transforms pictures batch by batch, some batches ahead of their use, on several threads. Order, batches and numbers depend on the arguments alone.</summary>
public static class PictureBatches
{
    /// <summary>Reads batches in the given order.</summary>
    /// <param name="sources">The pictures of a part of the data.</param>
    /// <param name="batches">The indices of each batch's examples among the sources, at least one each. An index may come more than once in a pass. They are enumerated ahead of use, on another thread.</param>
    /// <param name="transform">What makes inputs of them; its output has one size.</param>
    /// <param name="options">Threads, prefetching and bad pictures; null for the defaults.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The batches, made ahead while they are enumerated; each is to be disposed after use.</returns>
    /// <exception cref="ArgumentException">The transform's output size varies with the picture.</exception>
    /// <exception cref="InputException">While enumerating: a picture is bad and bad ones are not skipped; of several the first in order.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: the reading was cancelled.</exception>
    public static IEnumerable<PictureBatch> Read(
        IReadOnlyList<ImageSource> sources, IEnumerable<IReadOnlyList<int>> batches, PictureTransform transform, PictureBatchOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(transform);
        options ??= new PictureBatchOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Prefetch, 1, nameof(options));
        (int height, int width) = transform.OutputSize ?? throw new ArgumentException("Pictures of one batch need one size: give the transform a crop or an exact size.", nameof(transform));
        return Batches(new Reader(sources, transform, options, height, width), batches, options, cancellation);
    }

    private static IEnumerable<PictureBatch> Batches(Reader reader, IEnumerable<IReadOnlyList<int>> batches, PictureBatchOptions options, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ready = Channel.CreateBounded<PictureBatch>(new BoundedChannelOptions(options.Prefetch) { SingleReader = true, SingleWriter = true });
        var producer = Task.Factory.StartNew(() => Produce(reader, batches, options, ready.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (Next(ready.Reader) is { } batch)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return batch;
            }
        }
        finally
        {
            // A consumer that leaves early must not leave threads behind.
            stop.Cancel();
            producer.Wait(CancellationToken.None);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The next batch, or null after the last; a fault of the producer comes out here.</summary>
    private static PictureBatch? Next(ChannelReader<PictureBatch> ready)
    {
        try
        {
            return ready.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException closed)
        {
            if (closed.InnerException is not (null or OperationCanceledException))
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(closed.InnerException);
            }

            return null;
        }
    }

    private static void Produce(Reader reader, IEnumerable<IReadOnlyList<int>> batches, PictureBatchOptions options, ChannelWriter<PictureBatch> ready, CancellationToken stop)
    {
        try
        {
            int number = 0;
            foreach (IReadOnlyList<int> examples in batches)
            {
                PictureDraw[] draws = reader.Count(examples);
                if (number++ >= options.SkipBatches)
                {
                    ready.WriteAsync(reader.Make(draws, stop), stop).AsTask().GetAwaiter().GetResult();
                }
            }

            ready.Complete();
        }
        catch (Exception fault)
        {
            ready.Complete(fault);
        }
    }

    /// <summary>Makes batches one after the other, each on several threads.</summary>
    private sealed class Reader(IReadOnlyList<ImageSource> sources, PictureTransform transform, PictureBatchOptions options, int height, int width)
    {
        private readonly ConcurrentBag<float[]> _pool = [];
        private readonly Dictionary<int, int> _uses = [];
        private readonly int _length = transform.Views * Picture.Channels * height * width;

        /// <summary>Gives each example the number of times it came before.</summary>
        public PictureDraw[] Count(IReadOnlyList<int> examples)
        {
            var draws = new PictureDraw[examples.Count];
            for (int i = 0; i < draws.Length; i++)
            {
                int uses = _uses.GetValueOrDefault(examples[i]);
                draws[i] = new PictureDraw(examples[i], uses);
                _uses[examples[i]] = uses + 1;
            }

            return draws;
        }

        public PictureBatch Make(PictureDraw[] draws, CancellationToken stop)
        {
            float[] buffer = Rent(checked(draws.Length * _length));
            var faults = new InputException?[draws.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads == 0 ? Environment.ProcessorCount : options.Threads, CancellationToken = stop };
            Parallel.For(0, draws.Length, parallel, i =>
            {
                try
                {
                    transform.Apply(sources[draws[i].Example].Load(options.Decode), draws[i], buffer.AsSpan(i * _length, _length));
                }
                catch (InputException fault)
                {
                    // The decoder names the picture; a transform does not know its name.
                    string name = sources[draws[i].Example].Name;
                    faults[i] = fault.Message.StartsWith(name, StringComparison.Ordinal) ? fault : new InputException($"{name}: {fault.Message}", fault);
                }
            });
            return Array.Find(faults, f => f is not null) is { } first && !options.SkipBad ? throw first : Compact(buffer, draws, faults);
        }

        /// <summary>Closes the gaps that bad pictures left.</summary>
        private PictureBatch Compact(float[] buffer, PictureDraw[] draws, InputException?[] faults)
        {
            var examples = new List<int>(draws.Length);
            var skipped = new List<BadPicture>();
            for (int i = 0; i < draws.Length; i++)
            {
                int example = draws[i].Example;
                if (faults[i] is { } fault)
                {
                    skipped.Add(new BadPicture(example, sources[example].Name, fault.Message));
                    continue;
                }

                if (examples.Count < i)
                {
                    buffer.AsSpan(i * _length, _length).CopyTo(buffer.AsSpan(examples.Count * _length));
                }

                examples.Add(example);
            }

            return new PictureBatch(buffer, _pool, transform.Views, height, width, examples, skipped);
        }

        private float[] Rent(int length) => _pool.TryTake(out float[]? used) && used.Length >= length ? used : GC.AllocateUninitializedArray<float>(length);
    }
}
