using System.Runtime.ExceptionServices;
using TorchSharp;

namespace Tailor.Engine;

/// <summary>
/// A fork-join pool for kernels: as many threads as libtorch uses (the caller is one of them), which take the next index until none is left. Nothing may depend on
/// which thread computes an index. On Linux the threads are libtorch's own (<see cref="OpenMpThreads"/>); elsewhere they are workers that spin for a moment between loops and then
/// sleep, so that they do not take a core from libtorch's.
/// </summary>
public static class WorkerPool
{
    private static readonly Lock Busy = new();
    private static readonly List<Worker> Workers = [];

    [ThreadStatic]
    private static bool s_inside;

    /// <summary>
    /// Runs <paramref name="body"/> for every index from 0 to <paramref name="count"/> - 1 and returns when all have ended. A loop inside a loop, and a loop begun while
    /// another thread's loop runs, is run by its caller alone.
    /// </summary>
    /// <param name="count">How many indices there are; none is fine.</param>
    /// <param name="body">The work of one index. The first exception it throws stops the hand-out and is thrown again here.</param>
    public static void For(int count, Action<int> body) => For(count, count > 1 ? torch.get_num_threads() : 1, body);

    internal static void For(int count, int threads, Action<int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        threads = Math.Min(threads, count);
        if (threads <= 1 || s_inside || !Busy.TryEnter())
        {
            for (int i = 0; i < count; i++)
            {
                body(i);
            }

            return;
        }

        try
        {
            if (OpenMpThreads.Available)
            {
                var shared = new Loop(count, 0, body);
                OpenMpThreads.Run(threads, () =>
                {
                    bool outer = s_inside;
                    s_inside = true;
                    shared.Work();
                    s_inside = outer;
                });
                shared.Fault?.Throw();
                return;
            }

            while (Workers.Count < threads - 1)
            {
                Workers.Add(new Worker());
            }

            var loop = new Loop(count, threads - 1, body);
            for (int i = 0; i < threads - 1; i++)
            {
                Workers[i].Give(loop);
            }

            s_inside = true;
            loop.Work();
            for (int i = 0; i < threads - 1; i++)
            {
                // On a busy machine a worker may not have had a core yet; nothing is left for it to do.
                if (Workers[i].TakeBack(loop))
                {
                    loop.Leave();
                }
            }

            loop.WaitForWorkers();
            loop.Fault?.Throw();
        }
        finally
        {
            s_inside = false;
            Busy.Exit();
        }
    }

    private sealed class Loop(int count, int workers, Action<int> body)
    {
        private const int Spins = 500;
        private readonly object _gate = new();
        private int _next = -1;
        private int _working = workers;
        private ExceptionDispatchInfo? _fault;

        public ExceptionDispatchInfo? Fault => _fault;

        public void Work()
        {
            try
            {
                for (int i = Interlocked.Increment(ref _next); i < count; i = Interlocked.Increment(ref _next))
                {
                    body(i);
                }
            }
#pragma warning disable CA1031 // The caller of the loop throws it again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(exception), null);
                Interlocked.Exchange(ref _next, count);
            }
        }

        public void Leave()
        {
            if (Interlocked.Decrement(ref _working) == 0)
            {
                lock (_gate)
                {
                    Monitor.PulseAll(_gate);
                }
            }
        }

        public void WaitForWorkers()
        {
            for (int i = 0; i < Spins && Volatile.Read(ref _working) > 0; i++)
            {
                Thread.SpinWait(20);
            }

            if (Volatile.Read(ref _working) == 0)
            {
                return;
            }

            lock (_gate)
            {
                while (Volatile.Read(ref _working) > 0)
                {
                    Monitor.Wait(_gate);
                }
            }
        }
    }

    private sealed class Worker
    {
        private const int Spins = 50;
        private readonly object _gate = new();
        private Loop? _given;
        private int _sleeping;

        public Worker() => new Thread(Run) { IsBackground = true, Name = "Tailor worker" }.Start();

        public void Give(Loop loop)
        {
            Interlocked.Exchange(ref _given, loop);
            if (Volatile.Read(ref _sleeping) != 0)
            {
                lock (_gate)
                {
                    Monitor.Pulse(_gate);
                }
            }
        }

        public bool TakeBack(Loop loop) => ReferenceEquals(Interlocked.CompareExchange(ref _given, null, loop), loop);

        private void Run()
        {
            s_inside = true;
            while (true)
            {
                WaitForLoop();
                if (Interlocked.Exchange(ref _given, null) is { } loop)
                {
                    loop.Work();
                    loop.Leave();
                }
            }
        }

        private void WaitForLoop()
        {
            for (int i = 0; i < Spins; i++)
            {
                if (Volatile.Read(ref _given) is not null)
                {
                    return;
                }

                Thread.SpinWait(20);
            }

            lock (_gate)
            {
                // The flag goes up before the last look, as the giver leaves the loop before it looks at the flag: one of them sees the other.
                Interlocked.Exchange(ref _sleeping, 1);
                while (Volatile.Read(ref _given) is null)
                {
                    Monitor.Wait(_gate);
                }

                Interlocked.Exchange(ref _sleeping, 0);
            }
        }
    }
}
