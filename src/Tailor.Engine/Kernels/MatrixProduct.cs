using System.Runtime.Intrinsics;
using TorchSharp;

namespace Tailor.Engine;

/// <summary>
/// The product of two large float32 matrices on processors where libtorch's own reaches half of what the processor can do (docs/decisions/7): blocks of k after one
/// another, B rearranged once for all threads, blocks of rows of A in each thread's cache, tiles in registers (Goto and van de Geijn, ACM TOMS 2008). Every element of C is summed in the
/// same order whatever the number of threads.
/// </summary>
internal sealed unsafe class MatrixProduct
{
    // A block of A (BlockRows x BlockInner, 192 KiB) and a panel of B (BlockInner x 48, 96 KiB) lie in a core's second cache together.
    private const int BlockRows = 128;
    private const int BlockInner = 768;
    private const int TasksPerThread = 4;

    public required float* A { get; init; }

    /// <summary>A(row, k) lies at A[row * ARowStep + k * AInnerStep]; one of the two is 1.</summary>
    public required nint ARowStep { get; init; }

    public required nint AInnerStep { get; init; }

    public required float* B { get; init; }

    /// <summary>B(k, column) lies at B[k * BInnerStep + column * BColumnStep]; one of the two is 1.</summary>
    public required nint BInnerStep { get; init; }

    public required nint BColumnStep { get; init; }

    /// <summary>[Rows, Columns], contiguous.</summary>
    public required float* C { get; init; }

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required int Inner { get; init; }

    /// <summary>Added to every row of C, [Columns], or null.</summary>
    public float* Bias { get; init; }

    private int Panels => (Columns + MatrixTile512.Columns - 1) / MatrixTile512.Columns;

    /// <summary>Computes C.</summary>
    public void Run()
    {
        int blocks = Math.Max(1, (Inner + BlockInner - 1) / BlockInner), rowBlocks = (Rows + BlockRows - 1) / BlockRows;
        int groups = Math.Clamp(TasksPerThread * torch.get_num_threads() / rowBlocks, 1, Panels);
        float* panels = ScratchMemory.LoopFloats(checked(Panels * MatrixTile512.Columns * Math.Min(Inner, BlockInner)));
        for (int block = 0; block < blocks; block++)
        {
            int first = (int)((long)Inner * block / blocks), inner = (int)((long)Inner * (block + 1) / blocks) - first;
            WorkerPool.For(Panels, panel => PackPanel(panel, first, inner, panels));
            WorkerPool.For(rowBlocks * groups, task => Multiply(task / groups, task % groups, groups, first, inner, panels));
        }
    }

    private void PackPanel(int panel, int first, int inner, float* panels)
    {
        float* target = panels + ((nint)panel * MatrixTile512.Columns * inner);
        for (int offset = 0; offset < MatrixTile512.Columns; offset += MatrixStrips.Width)
        {
            int column = (panel * MatrixTile512.Columns) + offset, columns = Math.Clamp(Columns - column, 0, MatrixStrips.Width);
            MatrixStrips.Pack(B + (first * BInnerStep) + (column * BColumnStep), BColumnStep, BInnerStep, columns, inner, target + offset, MatrixTile512.Columns);
        }
    }

    private void Multiply(int rowBlock, int group, int groups, int first, int inner, float* panels)
    {
        int row = rowBlock * BlockRows, rows = Math.Min(BlockRows, Rows - row), strips = (rows + MatrixStrips.Width - 1) / MatrixStrips.Width;
        float* block = ScratchMemory.Floats(BlockRows * BlockInner);
        for (int strip = 0; strip < strips; strip++)
        {
            int line = strip * MatrixStrips.Width;
            MatrixStrips.Pack(
                A + ((row + line) * ARowStep) + (first * AInnerStep), ARowStep, AInnerStep, Math.Min(MatrixStrips.Width, rows - line), inner, block + ((nint)line * inner), MatrixStrips.Width);
        }

        for (int panel = Panels * group / groups; panel < Panels * (group + 1) / groups; panel++)
        {
            float* b = panels + ((nint)panel * MatrixTile512.Columns * inner);
            for (int line = 0; line < rows; line += MatrixTile512.Rows)
            {
                float* a = block + ((nint)(line / MatrixStrips.Width) * MatrixStrips.Width * inner) + (line % MatrixStrips.Width);
                Tile(a, b, inner, row + line, panel * MatrixTile512.Columns, first > 0);
            }
        }
    }

    private void Tile(float* a, float* b, int inner, int row, int column, bool accumulate)
    {
        int rows = Math.Min(MatrixTile512.Rows, Rows - row), columns = Math.Min(MatrixTile512.Columns, Columns - column);
        float* c = C + ((nint)row * Columns) + column, start = Bias is null ? null : Bias + column;
        if (rows == MatrixTile512.Rows && columns == MatrixTile512.Columns)
        {
            MatrixTile512.Multiply(a, b, inner, c, Columns, start, accumulate);
            return;
        }

        float* whole = stackalloc float[MatrixTile512.Rows * MatrixTile512.Columns];
        MatrixTile512.Multiply(a, b, inner, whole, MatrixTile512.Columns, null, accumulate: false);
        for (int i = 0; i < rows; i++, c += Columns, whole += MatrixTile512.Columns)
        {
            for (int j = 0; j < columns; j++)
            {
                c[j] = whole[j] + (accumulate ? c[j] : start is null ? 0 : start[j]);
            }
        }
    }
}
