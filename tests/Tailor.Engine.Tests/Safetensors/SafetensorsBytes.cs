using System.Buffers.Binary;
using System.Text;

namespace Tailor.Engine.Tests;

/// <summary>Makes safetensors files by hand, wrong ones too.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Make(string header, int dataLength) => Make(Encoding.UTF8.GetBytes(header), new byte[dataLength]);

    public static byte[] Make(byte[] header, byte[] data)
    {
        byte[] file = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        data.CopyTo(file, 8 + header.Length);
        return file;
    }
}
