using Rtc.Dtls;
using RtcTests.Simulation;

namespace RtcTests.Dtls;

/// <summary>Two DTLS transports over an emulated path, both on one virtual clock that OpenSSL reads too.</summary>
internal sealed class DtlsSimulation(DtlsPair pair, EmulatedLinkOptions options, int seed) : IDisposable
{
    private readonly OpenSslClock _clock = OpenSslClock.Enter();
    private readonly EmulatedLink _aToB = new(options, seed);
    private readonly EmulatedLink _bToA = new(options, seed + 1_000_000);

    /// <summary>Virtual time.</summary>
    public long NowUs { get; private set; }

    /// <summary>Datagrams that were sent both ways.</summary>
    public long Datagrams => _aToB.Sent + _bToA.Sent;

    /// <summary>Runs until both are connected, one has failed, or the time is over.</summary>
    /// <param name="roleOfA">Role of A.</param>
    /// <param name="startOfBUs">When B starts; A starts at 0. Before that B ignores what comes.</param>
    /// <param name="limitUs">When to give up.</param>
    public void Run(DtlsRole roleOfA, long startOfBUs, long limitUs)
    {
        DtlsRole roleOfB = roleOfA == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        pair.A.Start(roleOfA, NowUs);
        Flush();
        while (!IsOver && NowUs < limitUs)
        {
            long arrivalUs = Math.Min(_aToB.NextUs, _bToA.NextUs);
            long nextUs = Math.Min(arrivalUs, Math.Min(pair.A.DeadlineUs, pair.B.DeadlineUs));
            bool isStarting = pair.B.State == DtlsState.New && startOfBUs <= nextUs;
            if (!isStarting && nextUs == long.MaxValue)
            {
                return;
            }

            NowUs = Math.Max(NowUs, isStarting ? startOfBUs : nextUs);
            _clock.NowUs = NowUs;
            if (isStarting)
            {
                pair.B.Start(roleOfB, NowUs);
            }

            Step();
        }
    }

    public void Dispose() => _clock.Dispose();

    private bool IsOver =>
        pair.A.State is DtlsState.Failed or DtlsState.Closed || pair.B.State is DtlsState.Failed or DtlsState.Closed
        || (pair.A.State == DtlsState.Connected && pair.B.State == DtlsState.Connected);

    private void Step()
    {
        while (_aToB.TryReceive(NowUs, out byte[] datagram))
        {
            pair.B.HandleDatagram(datagram, NowUs);
            Flush();
        }

        while (_bToA.TryReceive(NowUs, out byte[] datagram))
        {
            pair.A.HandleDatagram(datagram, NowUs);
            Flush();
        }

        pair.A.HandleDeadline(NowUs);
        pair.B.HandleDeadline(NowUs);
        Flush();
    }

    private void Flush()
    {
        while (pair.TryTake(pair.A, out byte[] datagram))
        {
            _aToB.Send(datagram, NowUs);
        }

        while (pair.TryTake(pair.B, out byte[] datagram))
        {
            _bToA.Send(datagram, NowUs);
        }
    }
}
