namespace Tailor.EndToEnd.Tests;

/// <summary>OpenMP says itself, on standard error, what it took from the environment when it was loaded.</summary>
public sealed class WaitingTests
{
    [Fact]
    public void Waiting_threads_spin_briefly_where_the_environment_does_not_say_otherwise()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "GNU OpenMP is Linux's");
        ProcessResult result = Doctor([]);
        Assert.Contains("GOMP_SPINCOUNT = '1000'", result.Error, StringComparison.Ordinal);
        Assert.Contains("spin briefly (1000 rounds)", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OMP_WAIT_POLICY", "passive")]
    [InlineData("GOMP_SPINCOUNT", "4321")]
    public void The_environment_comes_first(string variable, string value)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "GNU OpenMP is Linux's");
        ProcessResult result = Doctor(new() { [variable] = value });
        Assert.Contains($"{variable} = '{value}'", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("GOMP_SPINCOUNT = '1000'", result.Error, StringComparison.Ordinal);
        Assert.Contains($"as {variable}={value} says", result.Output, StringComparison.Ordinal);
    }

    private static ProcessResult Doctor(Dictionary<string, string> environment)
    {
        environment["OMP_DISPLAY_ENV"] = "verbose";
        ProcessResult result = TailorProcess.Run(["doctor"], input: null, environment: environment);
        Assert.Equal(0, result.ExitCode);
        return result;
    }
}
