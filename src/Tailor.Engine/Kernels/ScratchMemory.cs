using System.Runtime.CompilerServices;

namespace Tailor.Engine;

/// <summary>A thread's own working memory for kernels: 64-byte aligned, reused from call to call, grown when a call needs more, freed with its thread.</summary>
internal static unsafe class ScratchMemory
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static float[]? s_memory;

    /// <summary>At least <paramref name="floats"/> floats of undefined content, the calling thread's until it asks again.</summary>
    public static float* Floats(int floats)
    {
        int needed = checked(floats + (Alignment / sizeof(float)));
        if (s_memory is null || s_memory.Length < needed)
        {
            s_memory = GC.AllocateUninitializedArray<float>(needed, pinned: true);
        }

        nuint start = (nuint)Unsafe.AsPointer(ref s_memory[0]);
        return (float*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
