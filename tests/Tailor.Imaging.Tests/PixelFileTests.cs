using System.Buffers.Binary;
using System.IO.Compression;
using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

public sealed class PixelFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Gray_idx_images_become_three_equal_channels()
    {
        PixelBlock block = IdxFile.ReadImages(_folder.Write("images", Gzip(Idx([2, 1, 3], [1, 2, 3, 4, 5, 6]))));
        Assert.Equal((2, 1, 3), (block.Count, block.Height, block.Width));
        Assert.Equal<byte>([4, 4, 4, 5, 5, 5, 6, 6, 6], block[1].Load().Pixels);
        Assert.Equal("images[1]", Path.GetFileName(block[1].Name));
        Assert.Throws<ArgumentOutOfRangeException>(() => block[2]);
    }

    [Fact]
    public void Idx_of_four_dimensions_has_colours_and_need_not_be_zipped()
    {
        PixelBlock block = IdxFile.ReadImages(_folder.Write("images", Idx([2, 1, 2, 3], [.. Enumerable.Range(0, 12).Select(i => (byte)i)])));
        Assert.Equal<byte>([6, 7, 8, 9, 10, 11], block[1].Load().Pixels);
        Assert.Equal<byte>([3, 1, 4], IdxFile.ReadLabels(_folder.Write("labels", Gzip(Idx([3], [3, 1, 4])))));
    }

    [Fact]
    public void Content_hashes_tell_pictures_apart()
    {
        PixelBlock block = IdxFile.ReadImages(_folder.Write("a", Idx([3, 1, 2], [1, 2, 1, 2, 2, 1]))), tall = IdxFile.ReadImages(_folder.Write("b", Idx([1, 2, 1], [1, 2])));
        Assert.Equal(block[0].ContentHash(), block[1].ContentHash());
        Assert.NotEqual(block[0].ContentHash(), block[2].ContentHash());
        Assert.NotEqual(block[0].ContentHash(), tall[0].ContentHash());
    }

    [Fact]
    public void Idx_faults_are_named()
    {
        byte[] good = Idx([2, 2, 2], new byte[8]), zipped = Gzip(Idx([10, 28, 28], [.. Enumerable.Range(0, 7840).Select(i => (byte)(i * 31))]));
        Assert.Contains("cut or is damaged (its gzip stream does not end)", Fault(zipped[..(zipped.Length / 2)]), StringComparison.Ordinal);
        Assert.Contains("its header claims 2 x 2 x 2 = 8 bytes; the file is shorter", Fault(good[..18]), StringComparison.Ordinal);
        Assert.Contains("the file is shorter", Fault(good[..^1]), StringComparison.Ordinal);
        Assert.Contains("bytes follow the 8 of its header", Fault([.. good, 0]), StringComparison.Ordinal);
        Assert.Contains("it starts with the bytes 00 00 0D 03; an IDX file of bytes starts with 00 00 08", Fault([0, 0, 13, .. good[3..]]), StringComparison.Ordinal);
        Assert.Contains("the dimensions 2 x 2; images have three", Fault(Idx([2, 2], new byte[4])), StringComparison.Ordinal);
        Assert.Contains("the dimensions 1 x 1 x 1 x 2", Fault(Idx([1, 1, 1, 2], new byte[2])), StringComparison.Ordinal);
        Assert.Contains("labels have one dimension", Assert.Throws<InputException>(() => IdxFile.ReadLabels(_folder.Write("x", good))).Message, StringComparison.Ordinal);
        Assert.Contains("was cut", Fault([]), StringComparison.Ordinal);
    }

    [Fact]
    public void Idx_headers_that_claim_too_much_are_refused_before_memory_is_taken()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("claims 4294967295 x 4294967295 x 4294967295 x 3 = ", Fault(Idx([-1, -1, -1, 3], [])), StringComparison.Ordinal);
        Assert.Contains("at most 1,073,741,824 are read", Fault(Gzip(Idx([2_000_000, 28, 28], []))), StringComparison.Ordinal);
        Assert.Contains("the file is shorter", Fault(Gzip(Idx([1_000_000, 28, 28], []))), StringComparison.Ordinal);
        Assert.Contains("claims 4294967295 x 0 x 28 = 0 bytes", Fault(Idx([-1, 0, 28], [])), StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000);
    }

    [Fact]
    public void Cifar_pictures_are_planes_of_colours()
    {
        (PixelBlock pictures, byte[] labels, int classes) = CifarFile.Read(_folder.Write("data_batch_1.bin", [.. Cifar([7], 0), .. Cifar([2], 1)]));
        Assert.Equal(10, classes);
        Assert.Equal<byte>([7, 2], labels);
        Picture picture = pictures[1].Load();
        Assert.Equal((32, 32), (picture.Height, picture.Width));
        Assert.Equal(Plane(1, 0, 33), picture.Pixels[33 * 3]);
        Assert.Equal(Plane(1, 1, 33), picture.Pixels[(33 * 3) + 1]);
        Assert.Equal(Plane(1, 2, 33), picture.Pixels[(33 * 3) + 2]);
    }

    [Fact]
    public void Cifar_of_a_hundred_classes_has_two_labels()
    {
        string path = _folder.Write("train.bin", [.. Cifar([3, 77], 0), .. Cifar([19, 5], 1)]);
        Assert.Equal<byte>([77, 5], CifarFile.Read(path).Labels);
        (PixelBlock pictures, byte[] labels, int classes) = CifarFile.Read(path, coarseLabels: true);
        Assert.Equal<byte>([3, 19], labels);
        Assert.Equal(20, classes);
        Assert.Equal(Plane(1, 2, 1023), pictures[1].Load().Pixels[^1]);
    }

    [Fact]
    public void Cifar_faults_are_named()
    {
        Assert.Contains("3,072 bytes; a CIFAR file has a multiple of 3,073 (CIFAR-10) or 3,074 (CIFAR-100)", CifarFault(new byte[3072]), StringComparison.Ordinal);
        Assert.Contains("0 bytes; a CIFAR file has", CifarFault([]), StringComparison.Ordinal);
        Assert.Contains("record 1: the label 10; expected 0 to 9", CifarFault([.. Cifar([9], 0), .. Cifar([10], 1)]), StringComparison.Ordinal);
        Assert.Contains("record 0: the label 100; expected 0 to 99", CifarFault(Cifar([1, 100], 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_idx_files_are_read_or_refused()
    {
        byte[] plain = Idx([5, 6, 7], [.. Enumerable.Range(0, 210).Select(i => (byte)(i * 7))]), zipped = Gzip(plain);
        int refused = 0;
        for (int i = 0; i < 2_000; i++)
        {
            RandomStream random = RandomStream.For(i, "idx");
            byte[] file = [.. i % 2 == 0 ? plain : zipped];
            file[random.NextInt(Math.Min(file.Length, 40))] = (byte)random.NextInt(256);
            file = random.NextInt(3) == 0 ? file[..random.NextInt(file.Length)] : file;
            try
            {
                PixelBlock block = IdxFile.ReadImages(_folder.Write("x", file));
                Assert.Equal(block.Height * block.Width * 3, block.Count == 0 ? block.Height * block.Width * 3 : block[block.Count - 1].Load().Pixels.Length);
            }
            catch (InputException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 600, 1_900);
    }

    internal static byte[] Idx(int[] sizes, byte[] content)
    {
        byte[] header = new byte[4 + (sizes.Length * 4)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (i * 4)), sizes[i]);
        }

        return [.. header, .. content];
    }

    private static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            zip.Write(content);
        }

        return stream.ToArray();
    }

    private static byte[] Cifar(byte[] labels, int picture) => [.. labels, .. Enumerable.Range(0, 3072).Select(i => Plane(picture, i / 1024, i % 1024))];

    private static byte Plane(int picture, int channel, int place) => (byte)((picture * 101) + (channel * 57) + (place * 3));

    private string Fault(byte[] file) => Assert.Throws<InputException>(() => IdxFile.ReadImages(_folder.Write("x", file))).Message;

    private string CifarFault(byte[] file) => Assert.Throws<InputException>(() => CifarFile.Read(_folder.Write("x", file))).Message;
}
