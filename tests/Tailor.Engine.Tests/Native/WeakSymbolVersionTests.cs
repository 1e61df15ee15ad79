using System.Buffers.Binary;
using System.Text;
using Tailor.Foundation;

namespace Tailor.Engine.Tests;

public sealed class WeakSymbolVersionTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [Fact]
    public void Exactly_one_flag_of_the_real_library_changes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the native part has this form on Linux only");
        byte[] image = File.ReadAllBytes(LibtorchFiles.Find("LibTorchSharp")!);
        byte[] weak = WeakSymbolVersion.Weaken(image, Version);
        int[] changed = Enumerable.Range(0, image.Length).Where(i => image[i] != weak[i]).ToArray();
        int place = Assert.Single(changed);
        Assert.Equal((0, 2), (image[place], weak[place]));
    }

    [Fact]
    public void The_flag_of_the_named_version_changes_and_no_other()
    {
        byte[] image = Image("GLIBCXX_3.4", Version, "GLIBCXX_3.4.3");
        byte[] weak = WeakSymbolVersion.Weaken(image, Version);
        Assert.Equal(64 + 16 + 16 + 4, image.AsSpan().CommonPrefixLength(weak));
    }

    [Fact]
    public void A_version_that_is_not_needed_or_needed_twice_is_refused()
    {
        Assert.Contains("does not need", Refusal(Image("GLIBCXX_3.4")), StringComparison.Ordinal);
        Assert.Contains("more than once", Refusal(Image(Version, Version)), StringComparison.Ordinal);
        Assert.Contains("weak already", Refusal(WeakSymbolVersion.Weaken(Image(Version), Version)), StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_images_are_refused_in_words()
    {
        byte[] image = Image("GLIBCXX_3.4", Version);
        for (int length = 0; length < image.Length; length++)
        {
            Assert.NotEmpty(Refusal(image[..length]));
        }
    }

    [Fact]
    public void Mutated_images_change_in_one_flag_or_are_refused_in_words()
    {
        byte[] image = Image("GLIBC_2.2.5", "GLIBCXX_3.4", Version);
        RandomStream random = RandomStream.For(1, "mutated images");
        int refused = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] mutant = (byte[])image.Clone();
            for (int n = random.NextInt(4); n >= 0; n--)
            {
                mutant[random.NextInt(mutant.Length)] = (byte)(random.NextInt(3) == 0 ? 0xFF : random.NextInt(256));
            }

            try
            {
                byte[] weak = WeakSymbolVersion.Weaken(mutant, Version);
                Assert.Equal(1, mutant.Zip(weak).Count(p => p.First != p.Second));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 4_999);
    }

    private static string Refusal(byte[] image) => Assert.Throws<InvalidDataException>(() => WeakSymbolVersion.Weaken(image, Version)).Message;

    /// <summary>A small ELF image: header, one needed library with its versions, string table, two section headers.</summary>
    private static byte[] Image(params string[] versions)
    {
        int needs = 64, names = needs + 16 + (16 * versions.Length);
        byte[] strings = Encoding.ASCII.GetBytes("\0lib.so\0" + string.Concat(versions.Select(v => v + "\0")));
        int sections = names + strings.Length;
        byte[] image = new byte[sections + 128];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(image);
        Put64(0x28, sections);
        Put16(0x3A, 64);
        Put16(0x3C, 2);
        Put16(needs, 1);
        Put16(needs + 2, versions.Length);
        Put32(needs + 4, 1);
        Put32(needs + 8, 16);
        int name = 8;
        for (int i = 0; i < versions.Length; i++)
        {
            int at = needs + 16 + (16 * i);
            Put32(at, 1234 + i);
            Put32(at + 8, name);
            Put32(at + 12, i + 1 < versions.Length ? 16 : 0);
            name += versions[i].Length + 1;
        }

        strings.CopyTo(image, names);
        PutSection(sections, 0x6ffffffe, needs, names - needs, link: 1, info: 1);
        PutSection(sections + 64, 3, names, strings.Length, link: 0, info: 0);
        return image;

        void Put16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), (ushort)value);

        void Put32(int at, long value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), (uint)value);

        void Put64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(at), value);

        void PutSection(int at, long type, int offset, int size, int link, int info)
        {
            Put32(at + 4, type);
            Put64(at + 0x18, offset);
            Put64(at + 0x20, size);
            Put32(at + 0x28, link);
            Put32(at + 0x2C, info);
        }
    }
}
