using System.Runtime.InteropServices;
using Google.Protobuf;
using Tailor.Onnx.Format;
using static TorchSharp.torch;

namespace Tailor.Onnx;

/// <summary>Adds nodes and constants to an ONNX graph, one call an operator; a value is known by its name.</summary>
internal sealed class GraphBuilder
{
    /// <summary>The operator set that the graph is written in; <c>Gelu</c> came with it.</summary>
    public const int OperatorSet = 20;

    /// <summary>The version of the file format that came with the operator set.</summary>
    public const int FormatVersion = 9;

    private readonly GraphProto _graph = new() { Name = "tailor" };
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    /// <summary>Declares an input of 64-bit integers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dimensions">The names of its dimensions.</param>
    public string Input(string name, params string[] dimensions)
    {
        _graph.Input.Add(Value(name, TensorProto.Types.DataType.Int64, dimensions));
        return name;
    }

    /// <summary>Declares an output of float32.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value it shows.</param>
    /// <param name="dimensions">Its dimensions: names, or numbers.</param>
    public void Output(string name, string value, params string[] dimensions)
    {
        _graph.Output.Add(Value(name, TensorProto.Types.DataType.Float, dimensions));
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
    }

    /// <summary>A node of one result.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">What it reads.</param>
    public string Node(string operation, params string[] inputs) => Node(operation, inputs, []);

    /// <summary>A node of one result with attributes.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="attributes">Its attributes: <see cref="long"/>, <see cref="float"/>, <see cref="string"/> or an array of <see cref="long"/>.</param>
    public string Node(string operation, string[] inputs, params (string Name, object Value)[] attributes) => Nodes(operation, 1, inputs, attributes)[0];

    /// <summary>A node of several results.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="results">How many.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="attributes">Its attributes.</param>
    public string[] Nodes(string operation, int results, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string name = Fresh(operation);
        var node = new NodeProto { OpType = operation, Name = name };
        node.Input.Add(inputs);
        node.Output.Add(results == 1 ? [name] : Enumerable.Range(0, results).Select(i => $"{name}.{i}"));
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        _graph.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>A constant of float32, from a tensor on any device.</summary>
    /// <param name="name">What it is called, made different from what there is.</param>
    /// <param name="value">The values, of any shape.</param>
    public string Constant(string name, Tensor value)
    {
        using Tensor rows = value.to(ScalarType.Float32).cpu().contiguous();
        return Constant(name, TensorProto.Types.DataType.Float, rows.shape, rows.bytes);
    }

    /// <summary>A constant of one float32.</summary>
    public string Constant(string name, float value) => Constant(name, TensorProto.Types.DataType.Float, [], MemoryMarshal.AsBytes(new ReadOnlySpan<float>(ref value)));

    /// <summary>A constant vector of 64-bit integers.</summary>
    public string Constant(string name, params long[] values) => Constant(name, TensorProto.Types.DataType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values));

    /// <summary>A constant of one 64-bit integer without dimensions.</summary>
    public string Scalar(string name, long value) => Constant(name, TensorProto.Types.DataType.Int64, [], MemoryMarshal.AsBytes(new ReadOnlySpan<long>(ref value)));

    /// <summary>A constant of bytes.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="type">How they are read.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="bytes">The values in little-endian order, row-major.</param>
    public string Constant(string name, TensorProto.Types.DataType type, IReadOnlyList<long> shape, ReadOnlySpan<byte> bytes)
    {
        var tensor = new TensorProto { Name = Fresh(name), DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(shape);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>The whole model.</summary>
    public ModelProto Build() => new()
    {
        IrVersion = FormatVersion,
        ProducerName = "tailor",
        ProducerVersion = typeof(GraphBuilder).Assembly.GetName().Version!.ToString(3),
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
        Graph = _graph,
    };

    private string Fresh(string name)
    {
        int count = _names.GetValueOrDefault(name);
        _names[name] = count + 1;
        return count == 0 ? name : $"{name}_{count}";
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long i => new AttributeProto { Name = name, I = i, Type = AttributeProto.Types.AttributeType.Int },
        float f => new AttributeProto { Name = name, F = f, Type = AttributeProto.Types.AttributeType.Float },
        string s => new AttributeProto { Name = name, S = ByteString.CopyFromUtf8(s), Type = AttributeProto.Types.AttributeType.String },
        long[] several => new AttributeProto { Name = name, Ints = { several }, Type = AttributeProto.Types.AttributeType.Ints },
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "No attribute of this type is written."),
    };

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, string[] dimensions)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(dimensions.Select(d => long.TryParse(d, out long size) ? new TensorShapeProto.Types.Dimension { DimValue = size } : new TensorShapeProto.Types.Dimension { DimParam = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }
}
