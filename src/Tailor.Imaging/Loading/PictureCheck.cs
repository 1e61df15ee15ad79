using System.Collections.Concurrent;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Goes through pictures and decodes each, to find the bad ones before a training run does.</summary>
public static class PictureCheck
{
    /// <summary>Decodes every picture, header and pixels, on several threads.</summary>
    /// <param name="sources">The pictures.</param>
    /// <param name="options">What is refused; null for the defaults.</param>
    /// <param name="threads">The number of threads; 0 takes one a processor.</param>
    /// <param name="progress">Is told the number of pictures done, in no certain order.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <returns>The bad pictures in order.</returns>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static IReadOnlyList<BadPicture> Find(IReadOnlyList<ImageSource> sources, DecodeOptions? options = null, int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var bad = new ConcurrentBag<BadPicture>();
        int done = 0;
        Parallel.For(0, sources.Count, new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation }, i =>
        {
            try
            {
                sources[i].Load(options);
            }
            catch (InputException fault)
            {
                bad.Add(new BadPicture(i, sources[i].Name, fault.Message));
            }

            progress?.Report(Interlocked.Increment(ref done));
        });
        return [.. bad.OrderBy(b => b.Index)];
    }
}
