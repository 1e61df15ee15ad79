using System.Text;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-safetensors-").FullName;

    private string Target => Path.Combine(_folder, "t.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, int, string> BadHeaders => new()
    {
        { "", 0, "not valid JSON" },
        { "[]", 0, "not a JSON object" },
        { "{\"a\":1}", 0, "described by a Number" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} x", 4, "not valid JSON" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets is missing" },
        { "{\"a\":{\"dtype\":\"F8_E5M2\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "dtype 'F8_E5M2' is not supported; supported are I64" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3, "lie outside the 3 bytes of data" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "lie outside" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "hold 4 bytes; shape [2] of F32 takes 8" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "shape holds something else" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "shape holds something else" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4611686018427387904,4611686018427387904],\"data_offsets\":[0,0]}}", 0, "takes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}", 4, "data_offsets has 3 numbers" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[3,7]}}", 7, "overlap tensor 'a'" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[5,9]}}", 9, "leave 1 unused bytes after tensor 'a'" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 5, "end at byte 4 of the data, the file at 5" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "the name occurs twice" },
        { "{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "not valid JSON" },
        { "{\"__metadata__\":{\"a\":1}}", 0, "__metadata__ holds a Number" },
        { "{\"a\\nb\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 0, "tensor 'a\\u000ab'" },
        { $"{{\"a\":{{\"x\":{new string('[', 100)}{new string(']', 100)}}}}}", 0, "not valid JSON" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void A_bad_header_is_one_line_that_says_what_is_wrong(string header, int dataLength, string expected)
    {
        File.WriteAllBytes(Target, SafetensorsBytes.Make(header, dataLength));
        string message = Assert.Throws<InputException>(() => SafetensorsFile.Open(Target)).Message;
        Assert.StartsWith(Target + ": ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData(new byte[] { }, "the file is empty")]
    [InlineData(new byte[] { 1, 2, 3 }, "3 bytes long")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 16, (byte)'{', (byte)'}' }, "the header claims 1152921504606846976 bytes, but only 2 follow")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, (byte)'{', (byte)'}' }, "the header claims 18446744073709551615 bytes")]
    public void A_bad_length_is_refused_before_anything_is_allocated(byte[] file, string expected)
    {
        File.WriteAllBytes(Target, file);
        Assert.Contains(expected, Assert.Throws<InputException>(() => SafetensorsFile.Open(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_above_the_limit_is_refused_though_the_file_is_long_enough()
    {
        using (FileStream stream = File.Create(Target))
        {
            stream.Write(BitConverter.GetBytes(100_000_001L));
            stream.SetLength(200_000_000);
        }

        Assert.Contains("at most 100000000", Assert.Throws<InputException>(() => SafetensorsFile.Open(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_a_folder_and_a_pointer_of_Git_LFS_are_told_apart()
    {
        Assert.Contains("no such file", Assert.Throws<InputException>(() => SafetensorsFile.Open(Target)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(Target, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Assert.Contains("git lfs pull", Assert.Throws<InputException>(() => SafetensorsFile.Open(Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_files_open_or_are_bad_input_and_nothing_else()
    {
        const string Header = "{\"__metadata__\":{\"format\":\"pt\"},\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},\"b\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[24,25]}}";
        byte[] file = SafetensorsBytes.Make(Header, 25);
        string[] tokens = ["{", "}", "[", "]", "\"", ",", ":", "-", "9223372036854775807", "18446744073709551616", "1e9", "null", "\\u0000", "\"F16\"", "\u00e9"];
        RandomStream random = RandomStream.For(7, "mutated headers");
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            List<byte> mutant = [.. file];
            for (int n = random.NextInt(3); n >= 0; n--)
            {
                int at = random.NextInt(mutant.Count);
                switch (random.NextInt(4))
                {
                    case 0:
                        mutant[at] = (byte)random.NextInt(256);
                        break;
                    case 1:
                        mutant.RemoveRange(at, Math.Min(1 + random.NextInt(8), mutant.Count - at));
                        mutant.Add(0);
                        break;
                    case 2:
                        mutant.InsertRange(at, Encoding.UTF8.GetBytes(tokens[random.NextInt(tokens.Length)]));
                        break;
                    default:
                        mutant[at] = (byte)(mutant[at] ^ (1 << random.NextInt(8)));
                        break;
                }
            }

            // Files are slow to make: most mutants only pass through the header.
            refused += (i % 20 == 0 ? ReadFile([.. mutant]) : ReadHeader([.. mutant])) ? 0 : 1;
        }

        Assert.InRange(refused, 1500, 2999);
    }

    [Fact]
    public void Every_golden_opens_and_every_tensor_of_it_reads()
    {
        string[] files = Directory.GetFiles(Shared.Folder("goldens"), "*.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string path in files)
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.NotEmpty(file.Entries);
            foreach (SafetensorsEntry entry in file.Entries.Values)
            {
                using Tensor tensor = file.Read(entry.Name);
                Assert.Equal(entry.Shape, tensor.shape);
                Assert.True(tensor.bytes.SequenceEqual(file.Bytes(entry.Name)));
            }
        }
    }

    [Fact]
    public void Types_are_converted_on_request()
    {
        using Tensor source = tensor(new float[] { 1.5f, -2, 0.25f });
        foreach (ScalarType type in new[] { ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64, ScalarType.Float32 })
        {
            using Tensor stored = source.to_type(type);
            SafetensorsWriter.Write(Target, [new("x", stored)]);
            using SafetensorsFile file = SafetensorsFile.Open(Target);
            using Tensor same = file.Read("x"), single = file.Read("x", ScalarType.Float32);
            Assert.Equal(type, same.dtype);
            Assert.Equal(new float[] { 1.5f, -2, 0.25f }, single.data<float>().ToArray());
        }
    }

    [Fact]
    public void A_misspelt_name_brings_the_nearest()
    {
        File.WriteAllBytes(Target, SafetensorsBytes.Make("{\"pooler.weight\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1));
        using SafetensorsFile file = SafetensorsFile.Open(Target);
        Assert.Contains("did you mean 'pooler.weight'?", Assert.Throws<InputException>(() => file.Read("poler.weight")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_boolean_byte_of_two_is_damage()
    {
        File.WriteAllBytes(Target, SafetensorsBytes.Make(Encoding.UTF8.GetBytes("{\"m\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]}}"), [0, 1, 2]));
        using SafetensorsFile file = SafetensorsFile.Open(Target);
        Assert.Contains("other than 0 and 1", Assert.Throws<InputException>(() => file.Read("m")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void NaN_and_infinities_are_found_at_every_place(ScalarType type)
    {
        const int Count = 77;
        for (int place = -1; place < Count; place++)
        {
            float[] values = Enumerable.Range(0, Count).Select(i => i % 2 == 0 ? 6.0e4f : -1e-7f * i).ToArray();
            if (place >= 0)
            {
                values[place] = (place % 3) switch { 0 => float.NaN, 1 => float.PositiveInfinity, _ => float.NegativeInfinity };
            }

            using Tensor single = tensor(values), stored = single.to_type(type);
            SafetensorsWriter.Write(Target, [new("x", stored)]);
            using SafetensorsFile file = SafetensorsFile.Open(Target);
            Assert.Equal(place >= 0, file.HasNonFinite("x"));
        }
    }

    [Fact]
    public void Whole_numbers_are_always_finite()
    {
        using Tensor ones = full(16, -1, dtype: ScalarType.Int64);
        SafetensorsWriter.Write(Target, [new("x", ones)]);
        using SafetensorsFile file = SafetensorsFile.Open(Target);
        Assert.False(file.HasNonFinite("x"));
    }

    [Fact]
    public void A_closed_file_says_so()
    {
        File.WriteAllBytes(Target, SafetensorsBytes.Make("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1));
        SafetensorsFile file = SafetensorsFile.Open(Target);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Bytes("a"));
    }

    private static bool ReadHeader(byte[] content)
    {
        try
        {
            int length = SafetensorsHeader.Length("x", content, content.Length);
            SafetensorsHeader.Parse("x", content.AsSpan(8, length), content.Length - 8 - length);
            return true;
        }
        catch (InputException fault)
        {
            Assert.DoesNotContain('\n', fault.Message);
            return false;
        }
    }

    private bool ReadFile(byte[] content)
    {
        File.WriteAllBytes(Target, content);
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(Target);
            foreach (string name in file.Entries.Keys)
            {
                file.Read(name).Dispose();
                file.HasNonFinite(name);
            }

            return true;
        }
        catch (InputException fault)
        {
            Assert.DoesNotContain('\n', fault.Message);
            return false;
        }
    }
}
