using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Frozen states that runs share: those of equal layers on the same examples are computed once, whatever recipe and seed asks for them, and from which thread. Equal means equal bits of every parameter they go through, so that a stage that
/// begins behind another's changed weights never reads states of the old ones, and the same number of libtorch's threads and precision, on which their own bits depend. The ones used longest ago go when all together are larger than the pool.
/// </summary>
/// <param name="capacity">Bytes that are kept when a further set is computed; those in use may be larger.</param>
public sealed class FrozenStatePool(long capacity = 4L << 30) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Kept> _kept = [];
    private int _computed;

    /// <summary>How many sets have been computed so far.</summary>
    public int Computed => _computed;

    /// <summary>The states of a set after a model's first layers.</summary>
    /// <param name="model">The model as it stands.</param>
    /// <param name="examples">The examples, at least one; the same object where they are the same examples.</param>
    /// <param name="layers">How many layers, from 1 on.</param>
    /// <returns>States that the pool owns; they stay at least until each caller has given them to <see cref="Release"/>.</returns>
    public FrozenStates Get(ClassifierModel model, ExampleSet examples, int layers)
    {
        ArgumentNullException.ThrowIfNull(model);
        string weights = Fingerprint(model, layers);
        Kept? found;
        lock (_gate)
        {
            found = _kept.Find(kept => ReferenceEquals(kept.Examples, examples) && kept.Layers == layers && kept.Weights == weights);
            if (found is not null)
            {
                _kept.Remove(found);
            }
            else
            {
                MakeRoom();
                found = new Kept(examples, layers, weights);
            }

            _kept.Add(found);
            found.Holders++;
        }

        // Outside the gate: others may compute or give back other sets meanwhile, and who asks for this one waits for it.
        lock (found.Gate)
        {
            if (found.States is { } there)
            {
                return there;
            }

            try
            {
                found.States = FrozenStates.Compute(model, examples, layers);
            }
            catch
            {
                lock (_gate)
                {
                    found.Holders--;
                    if (found.Holders == 0)
                    {
                        _kept.Remove(found);
                    }
                }

                throw;
            }

            Interlocked.Increment(ref _computed);
            return found.States;
        }
    }

    /// <summary>Says that a caller reads states no more.</summary>
    /// <param name="states">What <see cref="Get"/> gave; once for each time it was got.</param>
    public void Release(FrozenStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        lock (_gate)
        {
            if (_kept.Find(kept => ReferenceEquals(kept.States, states)) is { } kept)
            {
                kept.Holders--;
            }
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _kept.ForEach(kept => kept.States?.Dispose());
            _kept.Clear();
        }
    }

    private void MakeRoom()
    {
        while (_kept.Sum(kept => kept.States?.Bytes ?? 0) > capacity && _kept.Find(kept => kept.Holders == 0) is { } oldest)
        {
            oldest.States?.Dispose();
            _kept.Remove(oldest);
        }
    }

    /// <summary>A hash of the precision and of every parameter that the first layers, and an adapter on them, compute with; where each example's query is kept beside its states, that is the whole backbone.</summary>
    private static string Fingerprint(ClassifierModel model, int layers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var head = model.Head.Parameters.ToHashSet();
        HashSet<Parameter> away = model.AdapterStands ? [] : [.. model.Adapter?.Parameters ?? []];
        bool queries = model is { AdapterStands: true, Adapter: LptAdapter { Groups: true } };
        hash.AppendData([queries ? (byte)1 : (byte)0, (byte)model.Precision]);
        hash.AppendData(BitConverter.GetBytes(get_num_threads()));
        foreach (Parameter parameter in model.Parameters.Where(p => !away.Contains(p) && !head.Contains(p) && (queries || model.LayerOf(p) < layers)))
        {
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Name.AsSpan()));
            using Tensor here = parameter.Value.detach().cpu();
            hash.AppendData(here.bytes);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private sealed class Kept(ExampleSet examples, int layers, string weights)
    {
        public ExampleSet Examples => examples;

        public int Layers => layers;

        public string Weights => weights;

        /// <summary>Taken by who computes the states.</summary>
        public Lock Gate { get; } = new();

        /// <summary>The states, once they are computed.</summary>
        public FrozenStates? States { get; set; }

        /// <summary>How many read them, or wait for them.</summary>
        public int Holders { get; set; }
    }
}
