namespace Tailor.Baselines;

/// <summary>A matrix of which the entries other than 0 are kept, row after row (CSR); within a row the columns ascend.</summary>
public sealed class SparseRows
{
    private readonly int[] _starts;
    private readonly int[] _columns;
    private readonly float[] _values;

    /// <summary>Takes the arrays of a matrix.</summary>
    /// <param name="width">The number of columns.</param>
    /// <param name="starts">Where each row begins in the other two, and at last where the last row ends: rows + 1 numbers.</param>
    /// <param name="columns">The column of each entry.</param>
    /// <param name="values">The value of each entry.</param>
    /// <exception cref="ArgumentException">The arrays do not make a matrix.</exception>
    public SparseRows(int width, int[] starts, int[] columns, float[] values)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        bool fits = starts.Length > 0 && starts[0] == 0 && starts[^1] == columns.Length && columns.Length == values.Length;
        for (int row = 0; fits && row + 1 < starts.Length; row++)
        {
            int last = -1;
            fits = starts[row] <= starts[row + 1];
            for (int k = starts[row]; fits && k < starts[row + 1]; k++)
            {
                fits = columns[k] > last && columns[k] < width;
                last = columns[k];
            }
        }

        if (!fits)
        {
            throw new ArgumentException("the rows do not follow one another, or their columns do not ascend within the width", nameof(starts));
        }

        (Width, _starts, _columns, _values) = (width, starts, columns, values);
    }

    /// <summary>The number of rows.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The number of columns.</summary>
    public int Width { get; }

    /// <summary>The columns of a row's entries, ascending.</summary>
    public ReadOnlySpan<int> Columns(int row) => _columns.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The values of a row's entries.</summary>
    public ReadOnlySpan<float> Values(int row) => _values.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The scalar product of a row and a vector.</summary>
    /// <param name="row">The row.</param>
    /// <param name="weights">At least <see cref="Width"/> numbers.</param>
    internal double Dot(int row, ReadOnlySpan<double> weights)
    {
        ReadOnlySpan<int> columns = Columns(row);
        ReadOnlySpan<float> values = Values(row);
        double sum = 0;
        for (int k = 0; k < columns.Length; k++)
        {
            sum += weights[columns[k]] * values[k];
        }

        return sum;
    }

    /// <summary>Adds a multiple of a row to a vector.</summary>
    /// <param name="row">The row.</param>
    /// <param name="factor">The multiple.</param>
    /// <param name="weights">At least <see cref="Width"/> numbers, changed in place.</param>
    internal void AddTo(int row, double factor, Span<double> weights)
    {
        ReadOnlySpan<int> columns = Columns(row);
        ReadOnlySpan<float> values = Values(row);
        for (int k = 0; k < columns.Length; k++)
        {
            weights[columns[k]] += factor * values[k];
        }
    }
}
