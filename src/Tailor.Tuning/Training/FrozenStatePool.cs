using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Frozen states that runs share: those of equal layers on the same examples are computed once, whatever recipe and seed asks for them. Equal means equal bits of every parameter they go through and the same precision, so that a stage that begins behind
/// another's changed weights never reads states of the old ones. The ones used longest ago go when all together are larger than the pool.
/// </summary>
/// <param name="capacity">Bytes that are kept when a further set is computed; the one in use may be larger.</param>
public sealed class FrozenStatePool(long capacity = 4L << 30) : IDisposable
{
    private readonly List<(ExampleSet Examples, int Layers, string Weights, FrozenStates States)> _kept = [];

    /// <summary>How many sets have been computed so far.</summary>
    public int Computed { get; private set; }

    /// <summary>The states of a set after a model's first layers.</summary>
    /// <param name="model">The model as it stands.</param>
    /// <param name="examples">The examples, at least one; the same object where they are the same examples.</param>
    /// <param name="layers">How many layers, from 1 on.</param>
    /// <returns>States that the pool owns; they stay until two further sets have been asked for, and longer where there is room.</returns>
    public FrozenStates Get(ClassifierModel model, ExampleSet examples, int layers)
    {
        ArgumentNullException.ThrowIfNull(model);
        string weights = Fingerprint(model, layers);
        int found = _kept.FindIndex(kept => ReferenceEquals(kept.Examples, examples) && kept.Layers == layers && kept.Weights == weights);
        if (found >= 0)
        {
            var used = _kept[found];
            _kept.RemoveAt(found);
            _kept.Add(used);
            return used.States;
        }

        while (_kept.Count > 1 && _kept.Sum(kept => kept.States.Bytes) > capacity)
        {
            _kept[0].States.Dispose();
            _kept.RemoveAt(0);
        }

        Computed++;
        _kept.Add((examples, layers, weights, FrozenStates.Compute(model, examples, layers)));
        return _kept[^1].States;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _kept.ForEach(kept => kept.States.Dispose());
        _kept.Clear();
    }

    /// <summary>A hash of the precision and of every parameter that the first layers, and an adapter on them, compute with; where each example's query is kept beside its states, that is the whole backbone.</summary>
    private static string Fingerprint(ClassifierModel model, int layers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var head = model.Head.Parameters.ToHashSet();
        HashSet<Parameter> away = model.AdapterStands ? [] : [.. model.Adapter?.Parameters ?? []];
        bool queries = model is { AdapterStands: true, Adapter: LptAdapter { Groups: true } };
        hash.AppendData([queries ? (byte)1 : (byte)0, (byte)model.Precision]);
        foreach (Parameter parameter in model.Parameters.Where(p => !away.Contains(p) && !head.Contains(p) && (queries || model.LayerOf(p) < layers)))
        {
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Name.AsSpan()));
            using Tensor here = parameter.Value.detach().cpu();
            hash.AppendData(here.bytes);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
