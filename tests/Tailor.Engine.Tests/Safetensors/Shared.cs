namespace Tailor.Engine.Tests;

/// <summary>Finds reference figures that lie beside the repository, in a folder <c>shared</c>.</summary>
internal static class Shared
{
    /// <summary>A folder of reference figures; the test is skipped when it is not there.</summary>
    public static string Folder(string name)
    {
        for (DirectoryInfo? place = new(AppContext.BaseDirectory); place is not null; place = place.Parent)
        {
            string folder = Path.Combine(place.FullName, "shared", name);
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        Assert.Skip($"no folder shared/{name} beside the repository");
        return "";
    }
}
