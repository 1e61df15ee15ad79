using System.Runtime.InteropServices;

namespace Tailor.Cli;

/// <summary>
/// Ctrl-C and SIGTERM while work runs that can stop between steps: the first asks it to stop, the second ends the process at once.
/// Commands that have nothing to save do not use it and end at the first.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int SignalBase = 128;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signal;

    /// <summary>Begins to listen.</summary>
    /// <param name="session">Where to say that the work is being stopped.</param>
    public Interruption(Session session)
    {
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

        void Handle(PosixSignalContext context)
        {
            int number = context.Signal == PosixSignal.SIGINT ? 2 : 15;
            if (Interlocked.CompareExchange(ref _signal, number, 0) != 0)
            {
                Environment.Exit(SignalBase + number);
            }

            context.Cancel = true;
            session.Say("tailor: stopping after this step (once more to stop at once)");
            _source.Cancel();
        }
    }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of a program that a signal ended: 130 for Ctrl-C.</summary>
    public int ExitCode => SignalBase + _signal;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }
}

/// <summary>The work was stopped by a signal.</summary>
internal sealed class InterruptedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was kept and how to go on.</param>
    /// <param name="exitCode">The exit code.</param>
    public InterruptedException(string message, int exitCode)
        : base(message) => ExitCode = exitCode;

    /// <summary>The exit code.</summary>
    public int ExitCode { get; }
}
