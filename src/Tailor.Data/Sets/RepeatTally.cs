using System.Runtime.InteropServices;

namespace Tailor.Data;

/// <summary>
/// Counts repetitions in a stream of examples, keeping 128 bits and a class number of each text: in memory up to a limit, beyond it in temporary files that hold the hashes by their highest bits
/// and are counted one by one at the end. The counts are the same.
/// </summary>
/// <param name="limit">The most different texts kept in memory.</param>
internal sealed class RepeatTally(int limit = int.MaxValue) : IDisposable
{
    private readonly HashTable _texts = new();
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private HashFiles? _files;

    /// <summary>Examples that repeat an earlier one.</summary>
    public int Repeated { get; private set; }

    /// <summary>Examples that repeat an earlier one under another label.</summary>
    public int Contradicting { get; private set; }

    /// <summary>Takes the next example.</summary>
    /// <exception cref="IOException">There is no room for temporary files.</exception>
    public void Add(TextExample example)
    {
        ref int label = ref CollectionsMarshal.GetValueRefOrAddDefault(_labels, example.Label ?? "", out bool known);
        label = known ? label : _labels.Count - 1;
        UInt128 hash = TextHash.Of(example);
        if (_files is not null)
        {
            _files.Add(hash, label);
            return;
        }

        Count(_texts, hash, label);
        if (_texts.Count > limit)
        {
            // The first of each text goes first, as it came first.
            _files = new HashFiles();
            foreach ((UInt128 first, int number) in _texts.Entries)
            {
                _files.Add(first, number);
            }

            _texts.Clear();
        }
    }

    /// <summary>Counts what lies in files; nothing may be added afterwards.</summary>
    public void Finish()
    {
        foreach (IEnumerable<(UInt128 Hash, int Number)> file in _files?.Read() ?? [])
        {
            _texts.Clear();
            foreach ((UInt128 hash, int label) in file)
            {
                Count(_texts, hash, label);
            }
        }
    }

    /// <summary>Whether a text was taken before; only without a limit.</summary>
    public bool Contains(UInt128 hash) => _texts.Contains(hash);

    /// <summary>Removes the temporary files.</summary>
    public void Dispose() => _files?.Dispose();

    private void Count(HashTable texts, UInt128 hash, int label)
    {
        if (!texts.TryAdd(hash, label, out int earlier))
        {
            Repeated++;
            Contradicting += earlier == label ? 0 : 1;
        }
    }
}
