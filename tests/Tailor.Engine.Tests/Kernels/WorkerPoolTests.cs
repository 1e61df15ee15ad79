namespace Tailor.Engine.Tests;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(1000, 1)]
    [InlineData(1000, 2)]
    [InlineData(3, 8)]
    public void Every_index_runs_exactly_once(int count, int threads)
    {
        int[] runs = new int[count];
        for (int repeat = 0; repeat < 50; repeat++)
        {
            WorkerPool.For(count, threads, i => Interlocked.Increment(ref runs[i]));
        }

        Assert.All(runs, r => Assert.Equal(50, r));
    }

    [Fact]
    public void A_sleeping_worker_wakes_up()
    {
        int total = 0;
        for (int repeat = 0; repeat < 20; repeat++)
        {
            using var both = new Barrier(2);
            WorkerPool.For(2, 2, _ =>
            {
                Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(20)), "the second index was not given to a second thread");
                Interlocked.Increment(ref total);
            });
            Thread.Sleep(2);
        }

        Assert.Equal(40, total);
    }

    [Fact]
    public void An_exception_reaches_the_caller_and_the_pool_lives_on()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => WorkerPool.For(100, 2, i => _ = i == 37 ? throw new InvalidOperationException("no 37") : i));
        Assert.Equal("no 37", exception.Message);
        int sum = 0;
        WorkerPool.For(10, 2, i => Interlocked.Add(ref sum, i));
        Assert.Equal(45, sum);
    }

    [Fact]
    public void A_loop_inside_a_loop_runs_in_its_caller()
    {
        int sum = 0;
        WorkerPool.For(4, 2, _ => WorkerPool.For(10, 2, i => Interlocked.Add(ref sum, i)));
        Assert.Equal(180, sum);
    }

    [Fact]
    public void Loops_of_several_threads_do_not_mix()
    {
        var sums = new int[4];
        Parallel.For(0, 4, t =>
        {
            for (int repeat = 0; repeat < 100; repeat++)
            {
                WorkerPool.For(10, 2, i => Interlocked.Add(ref sums[t], i));
            }
        });
        Assert.All(sums, s => Assert.Equal(4500, s));
    }
}
