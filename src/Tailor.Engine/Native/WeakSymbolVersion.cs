using System.Buffers.Binary;

namespace Tailor.Engine;

/// <summary>
/// Marks the need of one symbol version in a shared library's image as weak (<c>VER_FLG_WEAK</c> in <c>vna_flags</c> of <c>.gnu.version_r</c>; System V gABI with the GNU
/// extensions, Linux Standard Base 5.0 section 10.7.5): the dynamic linker then loads the library although no loaded library defines that version.
/// </summary>
internal static class WeakSymbolVersion
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const int SectionHeaderSize = 64;
    private const int NeedSize = 16;
    private const int Weak = 2;

    /// <summary>The copy of an image in which the need of one version is weak; it differs from the image in that one flag only.</summary>
    /// <param name="image">A 64-bit little-endian ELF image.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <exception cref="InvalidDataException">The image is no such ELF file, reaches outside itself, or does not need that version exactly once.</exception>
    public static byte[] Weaken(ReadOnlySpan<byte> image, string version)
    {
        int place = FindFlags(image, version);
        byte[] copy = image.ToArray();
        copy[place] |= Weak;
        int difference = image.CommonPrefixLength(copy);
        if (difference != place || !image[(place + 1)..].SequenceEqual(copy.AsSpan(place + 1)))
        {
            throw new InvalidDataException($"The need of {version} is weak already, or more than its flag would change.");
        }

        return copy;
    }

    /// <summary>The place of the flags (two bytes) of the only need of a version.</summary>
    private static int FindFlags(ReadOnlySpan<byte> image, string version)
    {
        // 0x7f E L F, 64-bit, little-endian.
        if (image.Length < SectionHeaderSize || !image[..6].SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            throw new InvalidDataException("Not a 64-bit little-endian ELF image.");
        }

        ulong sections = UInt64(image, 0x28);
        int count = UInt16(image, 0x3C);
        if (UInt16(image, 0x3A) != SectionHeaderSize)
        {
            throw new InvalidDataException("The section headers of the ELF image have an unknown size.");
        }

        int found = -1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = Part(image, sections, (ulong)i * SectionHeaderSize, SectionHeaderSize);
            if (UInt32(header, 4) == VersionNeedSection)
            {
                ulong strings = (ulong)UInt32(header, 0x28) * SectionHeaderSize;
                FindIn(image, Section(image, header), Section(image, Part(image, sections, strings, SectionHeaderSize)), (int)UInt32(header, 0x2C), version, ref found);
            }
        }

        return found >= 0 ? found : throw new InvalidDataException($"The ELF image does not need {version}.");
    }

    private static void FindIn(ReadOnlySpan<byte> image, Range needs, Range strings, int libraries, string version, ref int found)
    {
        ReadOnlySpan<byte> table = image[needs], names = image[strings];
        ulong need = 0;
        for (int i = 0; i < libraries; i++)
        {
            ReadOnlySpan<byte> entry = Part(table, need, 0, NeedSize);
            ulong auxiliary = need + UInt32(entry, 8);
            for (int j = UInt16(entry, 2); j > 0; j--)
            {
                ReadOnlySpan<byte> auxiliaryEntry = Part(table, auxiliary, 0, NeedSize);
                if (IsNamed(names, UInt32(auxiliaryEntry, 8), version))
                {
                    int flags = needs.Start.Value + (int)auxiliary + 4;
                    found = found < 0 ? flags : throw new InvalidDataException($"The ELF image needs {version} more than once.");
                }

                uint next = UInt32(auxiliaryEntry, 12);
                if (next == 0)
                {
                    break;
                }

                auxiliary += next;
            }

            uint nextNeed = UInt32(entry, 12);
            if (nextNeed == 0)
            {
                break;
            }

            need += nextNeed;
        }
    }

    private static bool IsNamed(ReadOnlySpan<byte> names, uint place, string version)
    {
        if (place >= names.Length)
        {
            throw new InvalidDataException("A version's name lies outside the string table of the ELF image.");
        }

        ReadOnlySpan<byte> name = names[(int)place..];
        int end = name.IndexOf((byte)0);
        return end == version.Length && System.Text.Ascii.Equals(name[..end], version);
    }

    private static Range Section(ReadOnlySpan<byte> image, ReadOnlySpan<byte> header)
    {
        ulong start = UInt64(header, 0x18), size = UInt64(header, 0x20);
        _ = Part(image, start, 0, size);
        return (int)start..(int)(start + size);
    }

    /// <summary>A part of the image, or an error when it does not lie inside: nothing here trusts an offset.</summary>
    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> image, ulong start, ulong offset, ulong size)
    {
        ulong length = (ulong)image.Length;
        if (start > length || offset > length - start || size > length - start - offset)
        {
            throw new InvalidDataException($"The ELF image names bytes outside itself (at {start} + {offset}, {size} bytes, of {length}).");
        }

        return image.Slice((int)(start + offset), (int)size);
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
