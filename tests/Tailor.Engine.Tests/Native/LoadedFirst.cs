using System.Runtime.CompilerServices;

namespace Tailor.Engine.Tests;

/// <summary>Loads libtorch before any test touches TorchSharp, with one thread: libtorch's threads spin, and tests run side by side.</summary>
internal static class LoadedFirst
{
    [ModuleInitializer]
    internal static void Load()
    {
        // A child loads it itself, in the test that asks for it.
        if (Environment.GetEnvironmentVariable(ChildProcess.AnswerVariable) is null)
        {
            Libtorch.Load(threads: 1);
        }
    }
}
