using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tailor.Baselines;

/// <summary>Examples as Microsoft.ML reads them: a class (from 1 on; 0 is none), a weight and a vector of features.</summary>
internal sealed class MlExamples
{
    /// <summary>The column of the class.</summary>
    public const string Label = nameof(Example.Label);

    /// <summary>The column of the features.</summary>
    public const string Features = nameof(Example.Features);

    /// <summary>The column of the example's weight.</summary>
    public const string Weight = nameof(Example.Weight);

    private readonly Func<int, VBuffer<float>> _features;
    private readonly int _width;

    private MlExamples(int count, int width, Func<int, VBuffer<float>> features) => (Count, _width, _features) = (count, width, features);

    /// <summary>The number of examples.</summary>
    public int Count { get; }

    /// <summary>Examples with sparse features.</summary>
    public static MlExamples Of(SparseRows rows) => new(rows.Count, rows.Width, i => new VBuffer<float>(rows.Width, rows.Columns(i).Length, rows.Values(i).ToArray(), rows.Columns(i).ToArray()));

    /// <summary>Examples with dense features.</summary>
    /// <param name="rows">Examples x <paramref name="width"/>, row-major.</param>
    /// <param name="width">The number of features.</param>
    public static MlExamples Of(float[] rows, int width) => new(rows.Length / width, width, i => new VBuffer<float>(width, rows.AsSpan(i * width, width).ToArray()));

    /// <summary>Loads the examples.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="labels">The class of each example, from 0 on, or null to classify them.</param>
    /// <param name="weight">The weight of an example of a class, or null for 1.</param>
    public IDataView Load(MLContext context, int classes, int[]? labels = null, Func<int, double>? weight = null)
    {
        var schema = SchemaDefinition.Create(typeof(Example));
        schema[Label].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[Features].ColumnType = new VectorDataViewType(NumberDataViewType.Single, _width);
        Example[] examples =
        [
            .. Enumerable.Range(0, Count).Select(i => new Example
            {
                Label = labels is null ? 0 : (uint)labels[i],
                Weight = labels is null || weight is null ? 1 : (float)weight(labels[i]),
                Features = _features(i),
            }),
        ];
        return context.Data.LoadFromEnumerable(examples, schema);
    }

    private sealed class Example
    {
        public uint Label { get; set; }

        public float Weight { get; set; }

        public VBuffer<float> Features { get; set; }
    }
}
