using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>Sums over the rows of a matrix that tasks compute for their own rows, added up in the order of the tasks: the bits do not depend on which thread computed which.</summary>
internal static unsafe class TaskSums
{
    /// <summary>Memory for the sums of each task, [tasks, columns], the calling thread's until it begins another loop.</summary>
    public static float* Memory(int tasks, int columns) => ScratchMemory.LoopFloats(checked(tasks * columns));

    /// <summary>The sums of one task, set to zero.</summary>
    public static float* Begin(float* memory, int task, int columns)
    {
        float* sum = memory + ((long)task * columns);
        new Span<float>(sum, columns).Clear();
        return sum;
    }

    /// <summary>Writes the sums of all tasks, [columns], a multiple of 4.</summary>
    public static void End(float* memory, int tasks, int columns, float* result)
    {
        for (int i = 0; i < columns; i += Vector128<float>.Count)
        {
            Vector128<float> total = Vector128<float>.Zero;
            for (int task = 0; task < tasks; task++)
            {
                total += Vector128.Load(memory + ((long)task * columns) + i);
            }

            total.Store(result + i);
        }
    }
}
