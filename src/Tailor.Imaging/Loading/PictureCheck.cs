using System.Collections.Concurrent;
using System.Runtime.InteropServices;
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
        var bad = new ConcurrentBag<BadPicture>();
        void Check(int i)
        {
            try
            {
                sources[i].Load(options);
            }
            catch (InputException fault)
            {
                bad.Add(new BadPicture(i, sources[i].Name, fault.Message));
            }
        }

        ForEach(sources, threads, Check, progress, cancellation);
        return [.. bad.OrderBy(b => b.Index)];
    }

    /// <summary>Decodes every picture and notes its size, its kind and its content, on several threads.</summary>
    /// <param name="sources">The pictures.</param>
    /// <param name="options">What is refused; null for the defaults.</param>
    /// <param name="threads">The number of threads; 0 takes one a processor.</param>
    /// <param name="progress">Is told the number of pictures done, in no certain order.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>A note for each picture, in order.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<PictureFacts> Look(IReadOnlyList<ImageSource> sources, DecodeOptions? options = null, int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var facts = new PictureFacts[sources.Count];
        void Note(int i)
        {
            UInt128? content = null;
            try
            {
                content = MemoryMarshal.Read<UInt128>(sources[i].ContentHash());
                Picture picture = sources[i].Load(options);
                facts[i] = new PictureFacts(picture.Height, picture.Width, sources[i].Kind, content, null);
            }
            catch (InputException fault)
            {
                facts[i] = new PictureFacts(0, 0, "", content, fault.Message);
            }
        }

        ForEach(sources, threads, Note, progress, cancellation);
        return facts;
    }

    private static void ForEach(IReadOnlyList<ImageSource> sources, int threads, Action<int> look, IProgress<int>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        int done = 0;
        Parallel.For(0, sources.Count, new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation }, i =>
        {
            look(i);
            progress?.Report(Interlocked.Increment(ref done));
        });
    }
}
