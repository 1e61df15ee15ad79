using System.Runtime.CompilerServices;

namespace Tailor.Engine;

/// <summary>A thread's own working memory for kernels: 64-byte aligned, reused from call to call, grown when a call needs more, freed with its thread.</summary>
internal static unsafe class ScratchMemory
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static float[]? s_own;

    [ThreadStatic]
    private static float[]? s_loop;

    [ThreadStatic]
    private static float[]? s_head;

    /// <summary>At least <paramref name="floats"/> floats of undefined content, the calling thread's until it asks again.</summary>
    public static float* Floats(int floats) => Aligned(ref s_own, floats);

    /// <summary>The same in a second place, for what a thread lends to all threads of a loop that it starts.</summary>
    public static float* LoopFloats(int floats) => Aligned(ref s_loop, floats);

    /// <summary>The same in a third place, for the operands of a kernel that has asked for its own.</summary>
    public static float* HeadFloats(int floats) => Aligned(ref s_head, floats);

    private static float* Aligned(ref float[]? memory, int floats)
    {
        int needed = checked(floats + (Alignment / sizeof(float)));
        if (memory is null || memory.Length < needed)
        {
            memory = GC.AllocateUninitializedArray<float>(needed, pinned: true);
        }

        nuint start = (nuint)Unsafe.AsPointer(ref memory[0]);
        return (float*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
