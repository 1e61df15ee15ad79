using TorchSharp;

namespace Tailor.Engine;

/// <summary>The element types of safetensors files that libtorch holds too.</summary>
public enum SafetensorsType
{
    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32 (bfloat16).</summary>
    BF16,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>One byte, 0 or 1 (written <c>BOOL</c>).</summary>
    Bool,
}

/// <summary>What the element types are called, how large they are, and which they are in libtorch.</summary>
internal static class SafetensorsTypes
{
    /// <summary>All types in the order in which the reference library lays them out (largest alignment first).</summary>
    private static readonly (SafetensorsType Type, string Name, int Size, torch.ScalarType Scalar)[] InFileOrder =
    [
        (SafetensorsType.I64, "I64", 8, torch.ScalarType.Int64),
        (SafetensorsType.F64, "F64", 8, torch.ScalarType.Float64),
        (SafetensorsType.F32, "F32", 4, torch.ScalarType.Float32),
        (SafetensorsType.I32, "I32", 4, torch.ScalarType.Int32),
        (SafetensorsType.BF16, "BF16", 2, torch.ScalarType.BFloat16),
        (SafetensorsType.F16, "F16", 2, torch.ScalarType.Float16),
        (SafetensorsType.I16, "I16", 2, torch.ScalarType.Int16),
        (SafetensorsType.I8, "I8", 1, torch.ScalarType.Int8),
        (SafetensorsType.U8, "U8", 1, torch.ScalarType.Byte),
        (SafetensorsType.Bool, "BOOL", 1, torch.ScalarType.Bool),
    ];

    /// <summary>The names, for error messages.</summary>
    public static string Names => string.Join(", ", InFileOrder.Select(t => t.Name));

    /// <summary>The type of a name in a header.</summary>
    public static bool TryParse(string name, out SafetensorsType type)
    {
        int place = Array.FindIndex(InFileOrder, t => t.Name == name);
        type = place < 0 ? default : InFileOrder[place].Type;
        return place >= 0;
    }

    /// <summary>The type that holds what a tensor holds.</summary>
    public static bool TryFrom(torch.ScalarType scalar, out SafetensorsType type)
    {
        int place = Array.FindIndex(InFileOrder, t => t.Scalar == scalar);
        type = place < 0 ? default : InFileOrder[place].Type;
        return place >= 0;
    }

    /// <summary>The place in the reference library's layout; smaller comes first.</summary>
    public static int FileOrder(this SafetensorsType type) => Array.FindIndex(InFileOrder, t => t.Type == type);

    /// <summary>The name in a header.</summary>
    public static string HeaderName(this SafetensorsType type) => InFileOrder[type.FileOrder()].Name;

    /// <summary>Bytes of one element.</summary>
    public static int Size(this SafetensorsType type) => InFileOrder[type.FileOrder()].Size;

    /// <summary>libtorch's type.</summary>
    public static torch.ScalarType Scalar(this SafetensorsType type) => InFileOrder[type.FileOrder()].Scalar;
}
