using System.Runtime.InteropServices;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>How a parameter starts when no checkpoint gives it.</summary>
/// <param name="StandardDeviation">Of the normal distribution around <paramref name="Mean"/>; 0 makes a constant.</param>
/// <param name="Mean">The mean or the constant.</param>
public sealed record Initial(double StandardDeviation, double Mean = 0)
{
    /// <summary>All zeros.</summary>
    public static Initial Zeros { get; } = new(0);

    /// <summary>Half the width of a uniform distribution around <see cref="Mean"/>, which is taken in the place of the normal one when this is above 0.</summary>
    public double Bound { get; init; }

    /// <summary>PyTorch's start of a linear layer, weight and bias: uniform in ±1 / √inputs (He et al., ICCV 2015, with a = √5).</summary>
    /// <param name="inputs">Columns of the layer's weight.</param>
    public static Initial UniformFor(long inputs) => new(0) { Bound = 1 / Math.Sqrt(inputs) };

    /// <summary>All ones.</summary>
    public static Initial Ones { get; } = new(0, 1);
}

/// <summary>
/// Makes a model's parameters by their checkpoint names: each is read and its shape checked, or started fresh and reported.
/// The same declaration serves a pretrained and a new model.
/// </summary>
/// <param name="checkpoint">The source, or null for a new model.</param>
/// <param name="source">The checkpoint's path, for messages.</param>
/// <param name="prefix">The architecture's prefix, such as <c>bert.</c>.</param>
/// <param name="seed">Seeds fresh values; each parameter has its own stream, named by itself.</param>
/// <param name="device">Where the parameters live; the CPU when null. On libtorch's meta device a new model is shapes alone.</param>
/// <param name="aliases">Stored names by parameter name, where a directory keeps a parameter under another architecture's name.</param>
public sealed class ParameterBuilder(
    SafetensorsCheckpoint? checkpoint, string source, string prefix, long seed, Device? device = null, IReadOnlyDictionary<string, string>? aliases = null)
{
    private readonly List<Parameter> _all = [];

    /// <summary>Where the parameters live.</summary>
    public Device Device => device ?? CPU;

    /// <summary>Every parameter made so far, in order.</summary>
    public IReadOnlyList<Parameter> All => _all;

    /// <summary>The rows of the vocabulary in the checkpoint and in the model, which may have more; a tensor of so many rows is read, and its further rows start fresh.</summary>
    public (long Stored, long Wanted) Grown { get; init; }

    /// <summary>What was read and what was missing.</summary>
    public LoadReport Report { get; } = new();

    /// <summary>Whether the checkpoint holds a tensor for the name.</summary>
    /// <param name="name">The parameter's full name.</param>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>The shape of the checkpoint's tensor for the name, or null when it holds none.</summary>
    /// <param name="name">The parameter's full name.</param>
    public IReadOnlyList<long>? ShapeOf(string name) => Find(name) is { } stored ? checkpoint!.Entry(stored).Shape : null;

    /// <summary>Makes one parameter.</summary>
    /// <param name="name">Its full checkpoint name.</param>
    /// <param name="initial">Its fresh values.</param>
    /// <param name="sparseRows">True for an embedding, whose gradient touches few rows.</param>
    /// <param name="shape">The expected shape.</param>
    /// <exception cref="InputException">The checkpoint's tensor has another shape, or holds NaN or infinity.</exception>
    public Parameter Get(string name, Initial initial, bool sparseRows, params long[] shape)
    {
        var parameter = new Parameter(name, Placed(ReadOrFresh(name, initial, shape)), parts: null, sparseRows, takesMemory: true);
        _all.Add(parameter);
        return parameter;
    }

    /// <summary>Makes one parameter whose gradient is dense.</summary>
    /// <param name="name">Its full checkpoint name.</param>
    /// <param name="initial">Its fresh values.</param>
    /// <param name="shape">The expected shape.</param>
    public Parameter Get(string name, Initial initial, params long[] shape) => Get(name, initial, sparseRows: false, shape);

    /// <summary>Makes a parameter of its own that starts as a copy of another, unless the checkpoint holds it.</summary>
    /// <param name="name">Its full name.</param>
    /// <param name="source">What is copied; an embedding's copy has a sparse gradient too.</param>
    public Parameter Copy(string name, Parameter source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Tensor value = Has(name) ? Placed(ReadOrFresh(name, Initial.Zeros, source.Value.shape)) : source.Value.detach().clone();
        var parameter = new Parameter(name, value, parts: null, source.Rows is not null, takesMemory: true);
        _all.Add(parameter);
        return parameter;
    }

    /// <summary>Makes a parameter that starts as a given value, unless the checkpoint holds it.</summary>
    /// <param name="name">Its full name.</param>
    /// <param name="start">Its fresh value.</param>
    public Parameter From(string name, Func<Tensor> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        using var _ = no_grad();
        Tensor fresh = start();
        if (Has(name))
        {
            Tensor stored = Placed(ReadOrFresh(name, Initial.Zeros, fresh.shape));
            fresh.Dispose();
            fresh = stored;
        }

        var parameter = new Parameter(name, fresh);
        _all.Add(parameter);
        return parameter;
    }

    /// <summary>Makes one leaf of several checkpoint tensors stacked by rows, so that one product serves them all (query, key and value).</summary>
    /// <param name="name">The leaf's name, which no checkpoint holds.</param>
    /// <param name="parts">The checkpoint names, in row order.</param>
    /// <param name="initial">Their fresh values.</param>
    /// <param name="partShape">The shape of each part.</param>
    public Parameter GetStacked(string name, IReadOnlyList<string> parts, Initial initial, params long[] partShape)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(partShape);
        Tensor[] tensors = parts.Select(part => ReadOrFresh(part, initial, partShape)).ToArray();
        Tensor stacked = cat(tensors, 0);
        foreach (Tensor tensor in tensors)
        {
            tensor.Dispose();
        }

        var parameter = new Parameter(name, Placed(stacked), parts.Select((part, i) => new ParameterPart(part, i * partShape[0], partShape[0])).ToArray(), takesMemory: true);
        _all.Add(parameter);
        return parameter;
    }

    /// <summary>A linear layer with bias under a path: <c>path.weight</c> [outputs, inputs] and <c>path.bias</c> [outputs].</summary>
    /// <param name="path">The layer's path.</param>
    /// <param name="inputs">Columns of the weight.</param>
    /// <param name="outputs">Rows of the weight.</param>
    /// <param name="initial">Fresh values of the weight; the bias starts at zero, or, of a uniform start, has the same.</param>
    public Linear Linear(string path, long inputs, long outputs, Initial initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        return new(Get(path + ".weight", initial, outputs, inputs), Get(path + ".bias", initial.Bound > 0 ? initial : Initial.Zeros, outputs));
    }

    /// <summary>A layer norm under a path.</summary>
    /// <param name="path">The layer's path.</param>
    /// <param name="width">Its width.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public LayerNorm LayerNorm(string path, long width, double epsilon) =>
        new(Get(path + ".weight", Initial.Ones, width), Get(path + ".bias", Initial.Zeros, width), epsilon);

    /// <summary>Lists the checkpoint's tensors that no parameter used; call once the model is complete.</summary>
    /// <param name="ignored">Names that are known to be of no use, such as the <c>position_ids</c> buffer.</param>
    public void Finish(Func<string, bool> ignored)
    {
        ArgumentNullException.ThrowIfNull(ignored);
        if (checkpoint is not null)
        {
            var used = Report.Read.ToHashSet();
            Report.Unused.AddRange(checkpoint.Names.Where(name => !used.Contains(name) && !ignored(name)).Order(StringComparer.Ordinal));
        }
    }

    private string? Find(string name) => checkpoint is null
        ? null
        : NameMap.Candidates(aliases?.GetValueOrDefault(name) ?? name, prefix).FirstOrDefault(checkpoint.Contains);

    private Tensor ReadOrFresh(string name, Initial initial, long[] shape)
    {
        if (Find(name) is not { } stored)
        {
            if (checkpoint is not null)
            {
                Report.Missing.Add(name);
            }

            return Fresh(name, initial, shape);
        }

        SafetensorsEntry entry = checkpoint!.Entry(stored);
        bool grows = Grown.Wanted > Grown.Stored && shape[0] == Grown.Wanted && entry.Shape.SequenceEqual([Grown.Stored, .. shape[1..]]);
        if (!grows && !entry.Shape.SequenceEqual(shape))
        {
            throw InputException.At(source, $"shape [{string.Join(", ", entry.Shape)}]", $"config.json asks for [{string.Join(", ", shape)}]; checkpoint and config do not belong together", field: stored);
        }

        if (checkpoint.HasNonFinite(stored))
        {
            throw InputException.At(source, "holds NaN or infinity", "the checkpoint is damaged; take it from its source again", field: stored);
        }

        Report.Read.Add(stored);
        Tensor read = checkpoint.Read(stored, ScalarType.Float32);
        if (!grows)
        {
            return read;
        }

        using Tensor own = read, further = Fresh(name, initial, [Grown.Wanted - Grown.Stored, .. shape[1..]]);
        return cat([own, further], 0);
    }

    private Tensor Fresh(string name, Initial initial, long[] shape)
    {
        if (Device.type == DeviceType.META)
        {
            return empty(shape, dtype: ScalarType.Float32, device: Device);
        }

        if (initial.StandardDeviation == 0 && initial.Bound == 0)
        {
            return full(shape, LastingScalar.Of(initial.Mean), dtype: ScalarType.Float32);
        }

        RandomStream stream = RandomStream.For(seed, "initial " + name);

        // Into libtorch's memory at once: arrays of an embedding's size would stay with the process as garbage.
        Tensor fresh = empty(shape, dtype: ScalarType.Float32, device: CPU);
        Span<float> values = MemoryMarshal.Cast<byte, float>(fresh.bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(initial.Mean + (initial.Bound > 0 ? initial.Bound * ((2 * stream.NextDouble()) - 1) : initial.StandardDeviation * stream.NextGaussian()));
        }

        return fresh;
    }

    private Tensor Placed(Tensor tensor)
    {
        if (device is null || device.type == DeviceType.CPU)
        {
            return tensor;
        }

        Tensor moved = tensor.to(device);
        tensor.Dispose();
        return moved;
    }
}
