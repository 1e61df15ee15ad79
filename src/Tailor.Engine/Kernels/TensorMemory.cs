using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>The storage of CPU tensors, for kernels that work on it directly.</summary>
public static unsafe class TensorMemory
{
    /// <summary>
    /// The address of a tensor's first element. It stays valid while the tensor is alive: a kernel keeps a reference to the tensor until it has finished
    /// (<see cref="GC.KeepAlive"/>, or a using declaration).
    /// </summary>
    /// <typeparam name="T">The element type, which must be the tensor's: float, double, Half, long, int, short, sbyte, byte or bool (ushort for the bits of bf16).</typeparam>
    /// <param name="tensor">A contiguous CPU tensor below 2 GiB.</param>
    /// <exception cref="NotSupportedException">No tensor holds elements of type <typeparamref name="T"/>.</exception>
    /// <exception cref="ArgumentException">The tensor is on another device, is not contiguous, or has another element type.</exception>
    public static T* Pointer<T>(Tensor tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.device_type != DeviceType.CPU)
        {
            throw new ArgumentException($"The tensor is on {tensor.device}; a kernel reads memory of the CPU only.", nameof(tensor));
        }

        if (tensor.dtype != ElementType<T>())
        {
            throw new ArgumentException($"The tensor holds {tensor.dtype}, not {typeof(T).Name}.", nameof(tensor));
        }

        if (!tensor.is_contiguous())
        {
            throw new ArgumentException("The tensor is not contiguous; call contiguous() first.", nameof(tensor));
        }

        return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
    }

    /// <summary>Whether a kernel may work on the tensor's own memory: a contiguous float32 tensor on the CPU.</summary>
    public static bool IsPlain(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous();
    }

    private static ScalarType ElementType<T>() =>
        typeof(T) == typeof(float) ? ScalarType.Float32
        : typeof(T) == typeof(double) ? ScalarType.Float64
        : typeof(T) == typeof(long) ? ScalarType.Int64
        : typeof(T) == typeof(int) ? ScalarType.Int32
        : typeof(T) == typeof(short) ? ScalarType.Int16
        : typeof(T) == typeof(sbyte) ? ScalarType.Int8
        : typeof(T) == typeof(byte) ? ScalarType.Byte
        : typeof(T) == typeof(bool) ? ScalarType.Bool
        : typeof(T) == typeof(Half) ? ScalarType.Float16
        : typeof(T) == typeof(ushort) ? ScalarType.BFloat16
        : throw new NotSupportedException($"No tensor holds elements of type {typeof(T).Name}.");
}
