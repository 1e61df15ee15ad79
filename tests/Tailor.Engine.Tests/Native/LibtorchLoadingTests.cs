using Tailor.Foundation;
using TorchSharp;

namespace Tailor.Engine.Tests;

/// <summary>Each test here loads libtorch in a process of its own.</summary>
public sealed class LibtorchLoadingTests : IDisposable
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string BeginVariable = "TAILOR_TEST_BEGIN";
    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-libtorch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Not a test by itself: what a child process does. Loads, computes a gradient, and leaves the route and the result, or the error.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        string? file = Environment.GetEnvironmentVariable(ChildProcess.AnswerVariable);
        Assert.SkipWhen(file is null, "runs only in a child process");
        File.WriteAllText(file, Answer());
    }

    [Fact]
    public void The_plain_way_is_taken_where_libstdcxx_is_new_enough_and_the_copy_elsewhere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has a choice");
        string library = Libtorch.Facts().CppLibrary;
        Assert.StartsWith("GLIBCXX_3.4.", library, StringComparison.Ordinal);
        bool isNew = int.Parse(library.AsSpan("GLIBCXX_3.4.".Length)) >= 32;
        Assert.Equal(isNew ? "plain: 14" : $"copy in memory, {Version} made weak: 14", ChildProcess.Run());
    }

    [Fact]
    public void A_native_part_that_loads_as_it_is_is_not_copied()
    {
        LinkLibtorch(shim => WeakSymbolVersion.Weaken(shim, Version));
        Assert.Equal("plain: 14", ChildProcess.Run(("LIBTORCH_DIRECTORY", _folder)));
    }

    [Fact]
    public void A_libstdcxx_without_the_second_form_of_a_wait_does_no_harm()
    {
        // RHEL 9 also lacks GLIBCXX_3.4.30. A version nobody defines takes its place here: the hash of its name is changed.
        LinkLibtorch(shim =>
        {
            byte[] older = WeakSymbolVersion.Weaken(WeakSymbolVersion.Weaken(shim, Version), "GLIBCXX_3.4.30");
            int flags = FirstDifference(shim, WeakSymbolVersion.Weaken(shim, "GLIBCXX_3.4.30"));
            older[flags - 4] ^= 0x55;
            return older;
        });
        Assert.Equal("plain: 14", ChildProcess.Run(("LIBTORCH_DIRECTORY", _folder)));
    }

    [Fact]
    public void A_damaged_native_part_is_one_line_that_names_it()
    {
        LinkLibtorch(shim => [.. "not a library"u8, .. shim]);
        string answer = ChildProcess.Run(("LIBTORCH_DIRECTORY", _folder));
        Assert.StartsWith("InputException: libtorch: ", answer, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder, "libLibTorchSharp.so"), answer, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', answer);
    }

    [Fact]
    public void A_chosen_folder_without_libtorch_is_one_line_that_names_the_package()
    {
        string answer = ChildProcess.Run(("LIBTORCH_DIRECTORY", _folder));
        Assert.StartsWith($"InputException: libtorch: LIBTORCH_DIRECTORY names {_folder}", answer, StringComparison.Ordinal);
        Assert.Contains("add the package libtorch-cpu-", answer, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', answer);
    }

    [Fact]
    public void A_second_libtorch_beside_the_programs_own_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder, LibtorchFiles.FileName("torch_cpu")), "another");
        Assert.Contains("but the program brings its own", ChildProcess.Run(("LIBTORCH_DIRECTORY", _folder)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_of_threads_that_is_none_is_one_line() =>
        Assert.StartsWith("InputException: TAILOR_THREADS: 'two' is no number of threads", ChildProcess.Run(("TAILOR_THREADS", "two")), StringComparison.Ordinal);

    [Fact]
    public void Loading_begun_beside_the_caller_ends_as_loading_does()
    {
        Assert.EndsWith(": 14", ChildProcess.Run((BeginVariable, "1")), StringComparison.Ordinal);
        Assert.StartsWith("InputException: TAILOR_THREADS: 'two' is no number of threads", ChildProcess.Run((BeginVariable, "1"), ("TAILOR_THREADS", "two")), StringComparison.Ordinal);
        Assert.Equal(ChildProcess.Run(("LIBTORCH_DIRECTORY", _folder)), ChildProcess.Run((BeginVariable, "1"), ("LIBTORCH_DIRECTORY", _folder)));
    }

    private static string Answer()
    {
        using IDisposable? begun = Environment.GetEnvironmentVariable(BeginVariable) == "1" ? Libtorch.Begin() : null;
        try
        {
            Libtorch.Load();
            using torch.Tensor x = torch.tensor(new float[] { 1, 2, 4 }, requires_grad: true);
            using torch.Tensor y = (x * x).sum();
            y.backward();
            using torch.Tensor sum = x.grad!.sum();
            return $"{Libtorch.Route}: {sum.item<float>()}";
        }
        catch (InputException fault)
        {
            return $"{nameof(InputException)}: {fault.Message}";
        }
    }

    private static int FirstDifference(byte[] a, byte[] b) => a.AsSpan().CommonPrefixLength(b);

    /// <summary>Makes a folder of links to libtorch with another version of TorchSharp's native part.</summary>
    private void LinkLibtorch(Func<byte[], byte[]> change)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the native part has this form on Linux only");
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(LibtorchFiles.Find("torch_cpu"))!))
        {
            File.CreateSymbolicLink(Path.Combine(_folder, Path.GetFileName(file)), file);
        }

        string shim = Path.Combine(_folder, "libLibTorchSharp.so");
        File.Delete(shim);
        File.WriteAllBytes(shim, change(File.ReadAllBytes(LibtorchFiles.Find("LibTorchSharp")!)));
    }
}
