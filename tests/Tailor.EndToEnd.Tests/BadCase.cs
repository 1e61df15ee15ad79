namespace Tailor.EndToEnd.Tests;

/// <summary>Something that cannot be: the command that asks for it, and words of the one line by which it is refused.</summary>
/// <param name="Args">The command's arguments.</param>
/// <param name="Expected">Words of the line.</param>
/// <param name="Prepare">Makes what is wrong in a copy of the world, or null.</param>
internal sealed record BadCase(string[] Args, string[] Expected, Action<TinyWorld, TemporaryFolder>? Prepare = null)
{
    /// <summary>Runs the real command in a copy of the world: one line, exit code 2, and every file as it was.</summary>
    /// <param name="world">The world.</param>
    /// <param name="section">The section of <c>docs/bad-input.md</c>.</param>
    /// <param name="name">What is wrong.</param>
    public void Check(TinyWorld world, string section, string name)
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        Prepare?.Invoke(world, folder);
        string[] before = folder.Contents;
        ProcessResult result = TailorProcess.Run(Args, input: null, folder.Path);
        Refusal.Check(result, Expected);
        Assert.Equal(before, folder.Contents);
        BadInputPage.Check(section, name, Args, result, folder.Path);
    }
}
