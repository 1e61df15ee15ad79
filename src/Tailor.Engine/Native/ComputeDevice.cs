using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>The device a model computes on, by the name the command line takes.</summary>
public static class ComputeDevice
{
    /// <summary>Finds a device.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, ... or <c>mps</c>; null is the CPU.</param>
    /// <exception cref="InputException">The name is none of these, or this libtorch has no such device.</exception>
    public static Device Find(string? name)
    {
        Libtorch.Load();
        if (name is null or "cpu")
        {
            return CPU;
        }

        IReadOnlyList<string> present = Libtorch.Facts().Devices;
        string full = name == "cuda" ? "cuda:0" : name;
        return present.Contains(full, StringComparer.Ordinal)
            ? new Device(full)
            : throw new InputException($"--device {name}: not here; this libtorch has {string.Join(", ", present)}; run 'tailor doctor' to see what a GPU needs");
    }
}
