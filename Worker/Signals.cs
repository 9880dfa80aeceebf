using System.Runtime.InteropServices;
using Worker.Net;

namespace Worker;

/// <summary>What the process does about signals.</summary>
public sealed class Signals : IDisposable
{
    private const int Hangup = 1;
    private const int User1 = 10;
    private const int User2 = 12;
    private const int Pipe = 13;
    private const int Alarm = 14;
    private const nint Ignore = 1;

    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>
    /// From here on INT and TERM call <paramref name="onTerminate"/>, on another thread, and PIPE, HUP, ALRM, USR1 and
    /// USR2 mean nothing.
    /// </summary>
    public Signals(Action onTerminate)
    {
        foreach (int signal in new[] { Hangup, User1, User2, Pipe, Alarm })
            _ = Libc.signal(signal, Ignore);

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            onTerminate();
        }

        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
    }
}
