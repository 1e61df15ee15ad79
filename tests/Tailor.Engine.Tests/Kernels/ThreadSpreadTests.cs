namespace Tailor.Engine.Tests;

/// <summary>Threads of a loop leave the processor of the thread that began it.</summary>
[Collection(KernelCollection.Name)]
public sealed unsafe class ThreadSpreadTests
{
    [Fact]
    public void Threads_that_were_put_on_the_callers_processor_leave_it()
    {
        Assert.SkipUnless(ThreadSpread.Processors > 1 && OpenMpThreads.Available, "needs Linux, libtorch's OpenMP and two processors");
        int home = ThreadSpread.CurrentProcessor();
        try
        {
            // All of them there, which stands in for a kernel that thinks it best.
            OnAll(_ => Restrict(home));
            Assert.All(OnAll(_ => ThreadSpread.CurrentProcessor()).Skip(1), processor => Assert.NotEqual(home, processor));
        }
        finally
        {
            Restrict(null);
        }
    }

    [Fact]
    public void Loops_of_fewer_threads_stay_where_they_are()
    {
        Assert.SkipUnless(ThreadSpread.Processors > 1 && OpenMpThreads.Available, "needs Linux, libtorch's OpenMP and two processors");
        int home = ThreadSpread.CurrentProcessor(), there = -1;
        Restrict(home);
        ThreadSpread.Begin(ThreadSpread.Processors - 1);
        try
        {
            var thread = new Thread(() =>
            {
                ThreadSpread.Join();
                there = ThreadSpread.CurrentProcessor();
            });
            thread.Start();
            thread.Join();
        }
        finally
        {
            ThreadSpread.End();
            Restrict(null);
        }

        Assert.Equal(home, there);
    }

    /// <summary>Runs on each thread of a team as large as the machine, at the same time; the first result is the caller's.</summary>
    private static int[] OnAll(Func<int, int> body)
    {
        int caller = Environment.CurrentManagedThreadId, others = 0;
        int[] results = new int[ThreadSpread.Processors];
        using var all = new Barrier(results.Length);
        OpenMpThreads.Run(results.Length, () =>
        {
            all.SignalAndWait(TimeSpan.FromSeconds(20));
            int index = Environment.CurrentManagedThreadId == caller ? 0 : Interlocked.Increment(ref others);
            results[index] = body(index);
        });
        return results;
    }

    /// <summary>Leaves the calling thread one processor, or all.</summary>
    private static int Restrict(int? processor)
    {
        ulong* mask = stackalloc ulong[ThreadSpread.Words];
        for (int i = 0; i < ThreadSpread.Words; i++)
        {
            mask[i] = processor is null ? ulong.MaxValue : processor / 64 == i ? 1UL << (processor.Value % 64) : 0;
        }

        return ThreadSpread.SetAffinity(0, ThreadSpread.Words * sizeof(ulong), mask);
    }
}
