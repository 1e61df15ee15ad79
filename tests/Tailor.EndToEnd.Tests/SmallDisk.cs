using System.Diagnostics;

namespace Tailor.EndToEnd.Tests;

/// <summary>A file system of a few hundred kilobytes; making one needs root on Linux.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts one, or skips the test where that is not allowed.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="kilobytes">Its size.</param>
    public static SmallDisk Mount(string folder, int kilobytes)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsLinux() || !Command("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", folder))
        {
            Assert.Skip("needs the right to mount a small file system");
        }

        return new SmallDisk(folder);
    }

    /// <summary>Makes it large enough for everything.</summary>
    public void Grow() => Assert.True(Command("mount", "-o", "remount,size=16m", _folder), "the file system does not grow");

    public void Dispose() => Command("umount", _folder);

    private static bool Command(string program, params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
