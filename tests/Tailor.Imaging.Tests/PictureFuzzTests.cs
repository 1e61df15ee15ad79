using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

/// <summary>
/// Damaged pictures of every kind either decode or end in one line: no other exception, no crash, no endless loop. TAILOR_FUZZ_PICTURES sets how many files are tried.
/// </summary>
public class PictureFuzzTests
{
    private const int Header = 64;

    private static int Files => int.TryParse(Environment.GetEnvironmentVariable("TAILOR_FUZZ_PICTURES"), NumberStyles.None, CultureInfo.InvariantCulture, out int files) ? files : 20_000;

    [Fact]
    public void Damaged_files_decode_or_are_refused()
    {
        Picture small = Samples.Noise(9, 11);
        byte[][] originals =
        [
            .. Directory.GetFiles(Samples.GoldenFolder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(f => f.Length < 8_000),
            Samples.LosslessWebp(small), Samples.Bmp(small), Samples.Gif(11, 9, (x, y) => (x + y) % 3 == 0), Samples.Png(small),
        ];
        var options = new DecodeOptions { MaxPixels = 1_000_000 };
        int decoded = 0, refused = 0;
        Parallel.For(0, Files, i =>
        {
            byte[] file = Damaged(originals[i % originals.Length], originals[(i * 7) % originals.Length], i);
            long start = Stopwatch.GetTimestamp();
            try
            {
                Picture picture = PictureDecoder.Decode(file, "x", options);
                Assert.InRange((long)picture.Height * picture.Width, 1, options.MaxPixels);

                // What a file leaves unsaid must not come from memory that was used before.
                byte[] used = ArrayPool<byte>.Shared.Rent(picture.Height * picture.Width * 4);
                used.AsSpan().Fill(0xA5);
                ArrayPool<byte>.Shared.Return(used);
                Assert.True(PictureDecoder.Decode(file, "x", options).Pixels.AsSpan().SequenceEqual(picture.Pixels), $"file {i} is another picture the second time");
                Interlocked.Increment(ref decoded);
            }
            catch (InputException fault)
            {
                Assert.StartsWith("x: ", fault.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', fault.Message);
                Interlocked.Increment(ref refused);
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), $"file {i} took too long");
        });
        TestContext.Current.SendDiagnosticMessage("{0} decoded, {1} refused", decoded, refused);
        Assert.Equal(Files, decoded + refused);
        Assert.True(decoded > Files / 20 && refused > Files / 20, $"{decoded} decoded, {refused} refused: the damage is one-sided");
    }

    private static byte[] Damaged(byte[] original, byte[] other, int seed)
    {
        RandomStream random = RandomStream.For(seed, "fuzz");
        byte[] file = [.. original];
        switch (random.NextInt(6))
        {
            case 0:
                return file[..random.NextInt(file.Length)];
            case 1:
                for (int i = random.NextInt(8); i >= 0; i--)
                {
                    file[random.NextInt(file.Length)] ^= (byte)(1 << random.NextInt(8));
                }

                return file;
            case 2:
                for (int i = random.NextInt(4); i >= 0; i--)
                {
                    file[random.NextInt(Math.Min(Header, file.Length))] = (byte)random.NextInt(256);
                }

                return file;
            case 3:
                // A run of one byte, or a length or size field of all ones.
                Span<byte> rest = file.AsSpan(random.NextInt(file.Length));
                rest[..Math.Min(rest.Length, 1 + random.NextInt(16))].Fill((byte)(random.NextInt(2) * 255));
                return file;
            case 4:
                int cut = random.NextInt(file.Length), length = random.NextInt(Math.Min(64, file.Length - cut));
                return [.. file[..cut], .. file[(cut + length)..]];
            default:
                return [.. file[..random.NextInt(file.Length)], .. other[random.NextInt(other.Length)..]];
        }
    }
}
