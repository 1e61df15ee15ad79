using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Tailor.Data;

/// <summary>
/// Counts repetitions in a stream of examples, keeping 128 bits and a class number of each text: in memory up to a limit, beyond it in a temporary file that holds the hashes in parts by their highest
/// bits, which are counted one by one at the end, on all processors. The counts are the same.
/// </summary>
/// <param name="limit">The most different texts kept in memory.</param>
internal sealed class RepeatTally(int limit = int.MaxValue) : IDisposable
{
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private HashTable _texts = new();
    private HashFile? _file;

    /// <summary>Examples that repeat an earlier one.</summary>
    public int Repeated { get; private set; }

    /// <summary>Examples that repeat an earlier one under another label.</summary>
    public int Contradicting { get; private set; }

    /// <summary>Takes the next example.</summary>
    /// <exception cref="IOException">There is no room for the temporary file.</exception>
    public void Add(TextExample example)
    {
        ref int label = ref CollectionsMarshal.GetValueRefOrAddDefault(_labels, example.Label ?? "", out bool known);
        label = known ? label : _labels.Count - 1;
        UInt128 hash = TextHash.Of(example);
        if (_file is not null)
        {
            _file.Add(hash, label);
            return;
        }

        if (!_texts.TryAdd(hash, label, out int earlier))
        {
            Repeated++;
            Contradicting += earlier == label ? 0 : 1;
        }

        if (_texts.Count > limit)
        {
            // The first of each text goes first, as it came first.
            _file = new HashFile();
            foreach ((UInt128 first, int number) in _texts.Entries)
            {
                _file.Add(first, number);
            }

            _texts = new HashTable();
        }
    }

    /// <summary>Counts what lies in the file; nothing may be added afterwards.</summary>
    /// <exception cref="IOException">The temporary file cannot be read.</exception>
    public void Finish()
    {
        if (_file is not { } file)
        {
            return;
        }

        var counts = new (int Repeated, int Contradicting)[HashFile.Parts];
        try
        {
            Parallel.For(
                0,
                HashFile.Parts,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                () => (Texts: new HashTable(), Entries: Array.Empty<HashEntry>()),
                (part, _, kept) =>
                {
                    int count = file.Read(part, ref kept.Entries);
                    kept.Texts.Clear();
                    counts[part] = CountIn(kept.Entries.AsSpan(0, count), kept.Texts);
                    return kept;
                },
                _ => { });
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }

        Repeated += counts.Sum(c => c.Repeated);
        Contradicting += counts.Sum(c => c.Contradicting);
    }

    /// <summary>Whether a text was taken before; only without a limit.</summary>
    public bool Contains(UInt128 hash) => _texts.Contains(hash);

    /// <summary>Removes the temporary file.</summary>
    public void Dispose() => _file?.Dispose();

    private static (int Repeated, int Contradicting) CountIn(ReadOnlySpan<HashEntry> entries, HashTable texts)
    {
        (int repeated, int contradicting) = (0, 0);
        foreach (HashEntry entry in entries)
        {
            if (!texts.TryAdd(entry.Hash, entry.Number, out int earlier))
            {
                repeated++;
                contradicting += earlier == entry.Number ? 0 : 1;
            }
        }

        return (repeated, contradicting);
    }
}
