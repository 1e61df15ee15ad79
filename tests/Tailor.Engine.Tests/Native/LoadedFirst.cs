using System.Runtime.CompilerServices;

namespace Tailor.Engine.Tests;

/// <summary>Loads libtorch before any test touches TorchSharp, with one thread: libtorch's threads spin, and tests run side by side.</summary>
internal static class LoadedFirst
{
    [ModuleInitializer]
    internal static void Load() => Libtorch.Load(threads: 1);
}
