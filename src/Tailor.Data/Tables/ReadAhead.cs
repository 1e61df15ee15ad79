using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Tailor.Data;

/// <summary>Enumerates on a thread of its own a little ahead of the caller: reading a table and making something of its rows then take two processors.</summary>
internal static class ReadAhead
{
    private const int BlockSize = 512;
    private const int Blocks = 8;

    /// <summary>The same elements in the same order; what the enumeration throws is thrown where its element would have come.</summary>
    /// <param name="source">Enumerated once, by another thread, which ends when the caller stops.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source)
    {
        using var blocks = new BlockingCollection<(List<T> Elements, ExceptionDispatchInfo? Fault)>(Blocks);
        using var stop = new CancellationTokenSource();
        Task reading = Task.Factory.StartNew(() => Read(source, blocks, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach ((List<T> elements, ExceptionDispatchInfo? fault) in blocks.GetConsumingEnumerable())
            {
                foreach (T element in elements)
                {
                    yield return element;
                }

                fault?.Throw();
            }
        }
        finally
        {
            stop.Cancel();
            reading.Wait();
        }
    }

    private static void Read<T>(IEnumerable<T> source, BlockingCollection<(List<T> Elements, ExceptionDispatchInfo? Fault)> blocks, CancellationToken stop)
    {
        var block = new List<T>(BlockSize);
        ExceptionDispatchInfo? fault = null;
        try
        {
            foreach (T element in source)
            {
                block.Add(element);
                if (block.Count == BlockSize)
                {
                    blocks.Add((block, null), stop);
                    block = new List<T>(BlockSize);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The caller's thread throws it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            fault = ExceptionDispatchInfo.Capture(exception);
        }

        try
        {
            blocks.Add((block, fault), stop);
            blocks.CompleteAdding();
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more.
        }
    }
}
