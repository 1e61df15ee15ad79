namespace Tailor.Baselines.Tests;

/// <summary>The public data sets that may lie beside the repository.</summary>
internal static class SharedData
{
    /// <summary>The folder of a data set; skips the test when it is not there.</summary>
    public static string Folder(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "data", name);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        Assert.Skip($"no shared/data/{name} beside the repository");
        return "";
    }
}
