using System.Runtime.InteropServices;

namespace Tailor.Engine;

/// <summary>
/// How long libtorch's threads (GNU OpenMP's, and with <see cref="OpenMpThreads"/> ours) spin before they sleep when they wait for one another. OpenMP's own choice, some milliseconds, is meant for a
/// machine of its own: beside one busy process a thread burns its share of a processor waiting for another that has none. Reads <c>OMP_WAIT_POLICY</c> and <c>GOMP_SPINCOUNT</c>, which come first.
/// </summary>
internal static partial class OpenMpWaiting
{
    private const string CountVariable = "GOMP_SPINCOUNT";
    private const string PolicyVariable = "OMP_WAIT_POLICY";

    /// <summary>Rounds of spinning, about ten microseconds: longer than what lies between most operations of a step, far shorter than a time slice.</summary>
    private const int Spins = 1000;

    private static bool s_chosen;

    /// <summary>What holds, in words for <see cref="LibtorchFacts"/>; nothing outside Linux.</summary>
    public static string State { get; private set; } = "";

    /// <summary>Sets the count before OpenMP is loaded, which reads it once.</summary>
    public static void Choose()
    {
        if (s_chosen || !OperatingSystem.IsLinux())
        {
            return;
        }

        s_chosen = true;
        if (new[] { CountVariable, PolicyVariable }.FirstOrDefault(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }) is { } given)
        {
            State = $"as {given}={Environment.GetEnvironmentVariable(given)} says";
        }
        else if (setenv(CountVariable, Spins.ToString(System.Globalization.CultureInfo.InvariantCulture), 1) == 0)
        {
            State = $"threads spin briefly ({Spins} rounds), then sleep";
        }
        else
        {
            State = "as OpenMP has it";
        }
    }

    // .NET keeps an environment of its own, which native code does not see.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);
}
