using Tailor.Engine;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Bench;

/// <summary>The parts of Tailor's training step at the shapes of one batch. The caller's dispose scope owns the tensors.</summary>
/// <param name="workload">Sizes and settings.</param>
/// <param name="lengths">Tokens of each sequence of the batch.</param>
/// <param name="precision">In what numbers the backbone computes.</param>
internal sealed class StepParts(Workload workload, int[] lengths, Precision precision)
{
    private readonly long _tokens = lengths.Sum();
    private readonly long _width = workload.Shape.HiddenSize;
    private readonly long _inner = workload.Shape.IntermediateSize;

    // The last layer computes one position of each sequence: only its keys, values and their attention are of full size.
    private readonly int _fullLayers = workload.Shape.Layers - 1;

    /// <summary>All parts but the optimizer, which is timed inside the step.</summary>
    public IReadOnlyList<Part> All() =>
    [
        Embedding(),
        Linear("linear: query, key, value", _fullLayers, _width, 3 * _width),
        Linear("linear: key, value of the last layer", 1, _width, 2 * _width),
        SelfAttention(),
        ReadAttention(),
        Linear("linear: attention output", _fullLayers, _width, _width),
        Linear("linear: feed-forward up", _fullLayers, _width, _inner),
        Gelu(),
        Linear("linear: feed-forward down", _fullLayers, _inner, _width),
        LayerNorm(),
        Elements("dropout", 1, _width, passes: 4, x => new DropoutPlaces(workload.Seed, 0, training: true).Apply(x, workload.Dropout)) with
        {
            Plain = Elements("dropout", 1, _width, passes: 4, x => F.dropout(x, workload.Dropout, true)),
        },
        DroppedSum(),
        HeadAndLoss(),
    ];

    private int[] Offsets()
    {
        int[] offsets = new int[lengths.Length + 1];
        for (int s = 0; s < lengths.Length; s++)
        {
            offsets[s + 1] = offsets[s] + lengths[s];
        }

        return offsets;
    }

    private Part Embedding()
    {
        Parameter Table(string name, long rows) => new(name, randn(rows, _width), sparseRows: true);
        Parameter words = Table("words", workload.Shape.VocabularySize), positions = Table("positions", workload.Shape.MaxPositions), types = Table("types", 2);
        Tensor ids = randint(0, workload.Shape.VocabularySize, _tokens, dtype: ScalarType.Int64);
        Tensor places = tensor(lengths.SelectMany(length => Enumerable.Range(0, length).Select(t => (long)t)).ToArray());
        Tensor segments = zeros(_tokens, dtype: ScalarType.Int64);

        // Three gathers (read, write) and two sums (two reads, a write); backward three accumulations (two reads, a write).
        return new("embedding", 1, () => RowGather.Apply(words, ids).add(RowGather.Apply(positions, places)).add(RowGather.Apply(types, segments)), [])
        {
            Bytes = Floats((6 + 6 + 9) * _tokens * _width),
            Tables = [words, positions, types],
            Plain = PlainEmbedding(),
        };
    }

    private Part PlainEmbedding()
    {
        Tensor words = Leaf(workload.Shape.VocabularySize, _width), positions = Leaf(workload.Shape.MaxPositions, _width), types = Leaf(2, _width);
        Tensor ids = randint(0, workload.Shape.VocabularySize, Padded, dtype: ScalarType.Int64), places = arange(Padded).remainder(Longest);
        return new("embedding", 1, () => words.index_select(0, ids).add(positions.index_select(0, places)).add(types[0]), [words, positions, types]);
    }

    private int Longest => lengths.Max();

    private long Padded => (long)Longest * lengths.Length;

    private Part Linear(string name, int perStep, long inputs, long outputs)
    {
        Tensor x = Leaf(_tokens, inputs), weight = Leaf(outputs, inputs), bias = Leaf(outputs);
        Tensor Forward()
        {
            using PrecisionScope scope = PrecisionScope.Enter(precision);
            return Engine.Linear.Apply(x, weight, bias);
        }

        return new(name, perStep, Forward, [x, weight, bias]) { Operations = 6.0 * _tokens * inputs * outputs, IsLinearOrAttention = true };
    }

    /// <summary>Bias and activation as the feed-forward has them between its products.</summary>
    private unsafe Part Gelu()
    {
        ScalarType type = precision == Precision.Mixed ? ScalarType.BFloat16 : ScalarType.Float32;
        Tensor inner = randn(_tokens, _inner).to(type), gradient = randn(_tokens, _inner).to(type), active = empty_like(inner), bias = randn(_inner), biasGradient = empty(_inner);
        void* Pointer(Tensor t) => type == ScalarType.BFloat16 ? TensorMemory.Pointer<ushort>(t) : TensorMemory.Pointer<float>(t);
        GeluKernel Kernel() => new()
        {
            Input = Pointer(inner),
            Bias = TensorMemory.Pointer<float>(bias),
            Half = type == ScalarType.BFloat16,
            Rows = (int)_tokens,
            Columns = (int)_inner,
        };
        return new("bias and GELU of the feed-forward", _fullLayers, () => inner, [])
        {
            // Forward it reads and writes once; backward it reads two and writes two.
            Bytes = Floats(6 * _tokens * _inner) / sizeof(float) * inner.element_size(),
            Alone = (() => Kernel().Forward(Pointer(active)), () => Kernel().Backward(Pointer(gradient), Pointer(active), TensorMemory.Pointer<float>(biasGradient))),
            Plain = Elements("GELU", _fullLayers, _inner, passes: 5, F.gelu),
        };
    }

    private Part SelfAttention()
    {
        Tensor qkv = Leaf(_tokens, 3 * _width);
        int[] offsets = Offsets();

        // Two products forward and four backward, each of 2 n² d operations for a sequence of n tokens; what backward computes again is not counted.
        return new("attention", _fullLayers, () => PackedAttention.SelfAttention(qkv, offsets, workload.Shape.Heads, workload.Dropout, 1), [qkv])
        {
            Operations = lengths.Sum(n => 12.0 * n * n * _width),
            IsLinearOrAttention = true,
            Plain = PlainAttention(),
        };
    }

    private Part PlainAttention()
    {
        Tensor q = Leaf(Padded, _width), k = Leaf(Padded, _width), v = Leaf(Padded, _width);
        float[] masked = new float[Padded];
        for (int s = 0; s < lengths.Length; s++)
        {
            masked.AsSpan((s * Longest) + lengths[s], Longest - lengths[s]).Fill(-1e9f);
        }

        Tensor? mask = lengths.All(length => length == Longest) ? null : tensor(masked, [lengths.Length, 1, 1, Longest]);
        Tensor Split(Tensor x) => x.view(lengths.Length, Longest, workload.Shape.Heads, _width / workload.Shape.Heads).transpose(1, 2);
        return new("attention", _fullLayers, () => F.scaled_dot_product_attention(Split(q), Split(k), Split(v), mask, workload.Dropout).transpose(1, 2).reshape(Padded, _width), [q, k, v]);
    }

    private Part ReadAttention()
    {
        Tensor query = Leaf(lengths.Length, _width), keyValue = Leaf(_tokens, 2 * _width);
        int[] offsets = Offsets();
        return new("attention of the last layer", 1, () => PackedAttention.ReadAttention(query, keyValue, offsets, workload.Shape.Heads, workload.Dropout, 1), [query, keyValue])
        {
            Bytes = Floats(3 * 2 * _tokens * _width),
            IsLinearOrAttention = true,
        };
    }

    private Part LayerNorm()
    {
        Tensor x = Leaf(_tokens, _width), weight = Leaf(_width), bias = Leaf(_width);
        return new("layer norm", (2 * _fullLayers) + 1, () => F.layer_norm(x, [_width], weight, bias, 1e-12), [x, weight, bias]) { Bytes = Floats(5 * _tokens * _width) };
    }

    private Part DroppedSum()
    {
        Tensor x = Leaf(_tokens, _width), y = Leaf(_tokens, _width);

        // Backward hands the residual's gradient on without copying it.
        return new("dropout and residual sum", 2 * _fullLayers, () => new DropoutPlaces(workload.Seed, 0, training: true).AddTo(x, y, workload.Dropout), [x, y])
        {
            Bytes = Floats(5 * _tokens * _width),
            Plain = new("dropout and residual sum", 2 * _fullLayers, () => x.add(F.dropout(y, workload.Dropout, true)), [x, y]),
        };
    }

    private Part HeadAndLoss()
    {
        long rows = lengths.Length;
        Tensor x = Leaf(rows, _width), dense = Leaf(_width, _width), output = Leaf(workload.Classes, _width);
        Tensor labels = randint(0, workload.Classes, rows, dtype: ScalarType.Int64);
        return new("head and loss", 1, () => F.cross_entropy(Engine.Linear.Apply(Engine.Linear.Apply(x, dense, null).tanh(), output, null), labels), [x, dense, output])
        {
            Operations = 6.0 * rows * _width * (_width + workload.Classes),
        };
    }

    private Part Elements(string name, int perStep, long columns, int passes, Func<Tensor, Tensor> function)
    {
        Tensor x = Leaf(_tokens, columns);
        return new(name, perStep, () => function(x), [x]) { Bytes = Floats(passes * _tokens * columns) };
    }

    private static Tensor Leaf(params long[] shape) => randn(shape, requires_grad: true);

    private static double Floats(double count) => sizeof(float) * count;
}
