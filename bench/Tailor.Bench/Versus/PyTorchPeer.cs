using System.Diagnostics;
using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>PyTorch in a process of its own, set up so that it runs as fast as it can here (bench/peer.py says why and checks it).</summary>
/// <param name="python">The Python that has PyTorch.</param>
internal sealed class PyTorchPeer(string python)
{
    private const string OpenMpFolder = "/usr/lib/x86_64-linux-gnu/openblas-openmp";
    private const int NoPyTorch = 3;

    /// <summary>Why the column is left out, or null when PyTorch is there.</summary>
    /// <exception cref="InputException">PyTorch is there and would run crippled.</exception>
    public string? Lack()
    {
        if (!File.Exists(python))
        {
            return $"no {python}; install Debian's python3-torch and libopenblas0-openmp, or name another with --python";
        }

        ChildResult result = Run("--check");
        return result.ExitCode switch
        {
            0 => null,
            NoPyTorch => $"{python} has no PyTorch; install Debian's python3-torch and libopenblas0-openmp, or name another with --python",
            _ => throw new InputException($"PyTorch cannot be compared fairly: {result.Errors}"),
        };
    }

    /// <summary>Runs a workload.</summary>
    /// <param name="workloadFile">The workload.</param>
    /// <param name="bfloat16">Whether under autocast to bf16.</param>
    /// <exception cref="InputException">It failed.</exception>
    public Measurement Measure(string workloadFile, bool bfloat16)
    {
        string[] script = [OwnScript("peer_step.py"), workloadFile];
        ChildResult result = Run([workloadFile, .. script, .. bfloat16 ? ["bf16"] : Array.Empty<string>()]);
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<Measurement>(result.LastLine, BenchJson.Compact)!
            : throw new InputException($"{script[0]} failed: {result.Errors}");
    }

    private static string OwnScript(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private ChildResult Run(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(python, [OwnScript("peer.py"), .. arguments]);
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        start.Environment.Remove("TAILOR_PEER_CORE");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        if (Directory.Exists(OpenMpFolder))
        {
            bool more = start.Environment.TryGetValue("LD_LIBRARY_PATH", out string? others) && others is { Length: > 0 };
            start.Environment["LD_LIBRARY_PATH"] = more ? $"{OpenMpFolder}:{others}" : OpenMpFolder;
        }

        return ChildProcess.Run(start);
    }
}
