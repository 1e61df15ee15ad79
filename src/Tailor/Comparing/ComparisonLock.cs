using System.Globalization;
using Tailor.Foundation;

namespace Tailor;

/// <summary>
/// Keeps two calls from doing the same runs of a comparison at once: a whole comparison has its folder to itself, shares have it among them, each share once. The system lets go of it however the process ends; the empty files stay.
/// Where a file system knows no locks, nothing is kept.
/// </summary>
internal sealed class ComparisonLock : IDisposable
{
    private const string Prefix = ".lock";

    private readonly List<FileStream> _held = [];

    private ComparisonLock()
    {
    }

    /// <summary>Takes the lock; makes the folder where there is none.</summary>
    /// <param name="folder">The comparison's folder.</param>
    /// <param name="shard">The share of the call, or null for all.</param>
    /// <exception cref="InputException">Another call is at work there.</exception>
    public static ComparisonLock Take(string folder, Shard? shard)
    {
        Directory.CreateDirectory(folder);
        var taken = new ComparisonLock();
        try
        {
            taken.Hold(folder, Prefix, shared: shard is not null);
            if (shard is { } share)
            {
                taken.Hold(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{share.Index}-of-{share.Count}"), shared: false);
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file is a lock's: a folder that holds nothing else is empty.</summary>
    public static bool Is(string path) => Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Lets go.</summary>
    public void Dispose() => _held.ForEach(file => file.Dispose());

    private void Hold(string folder, string name, bool shared)
    {
        string path = Path.Combine(folder, name);
        try
        {
            _held.Add(shared ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read) : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new InputException($"{folder}: another tailor compare is at work in this folder; wait for it to end, choose another --out, or share the runs between both with --shard 1/2 and --shard 2/2", fault);
        }
    }
}
