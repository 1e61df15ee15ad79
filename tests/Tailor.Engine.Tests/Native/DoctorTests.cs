namespace Tailor.Engine.Tests;

public sealed class DoctorTests
{
    [Fact]
    public void A_machine_that_can_train_has_no_problem_and_every_warning_has_a_remedy()
    {
        IReadOnlyList<DoctorFinding> findings = Doctor.Examine();
        Assert.Contains(findings, f => f.What.StartsWith("libtorch 2.10.0", StringComparison.Ordinal));
        Assert.DoesNotContain(findings, f => f.Level == DoctorLevel.Problem);
        Assert.All(findings.Where(f => f.Level == DoctorLevel.Warning), f => Assert.NotEmpty(f.Remedy));
        Assert.Equal(findings.OrderByDescending(f => f.Level), findings);
    }

    [Fact]
    public void Idle_processors_are_a_warning()
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs two processors");

        // The tests run with one thread.
        Assert.Contains(Doctor.Examine(), f => f.Level == DoctorLevel.Warning && f.What.Contains("idle", StringComparison.Ordinal) && f.Remedy.Contains("--threads", StringComparison.Ordinal));
    }
}
