using Rtc.Sctp;
using Rtc.Sctp.Association;
using RtcTests.Ice;
using RtcTests.Simulation;

namespace RtcTests.Sctp;

/// <summary>One end of a simulated association, and all that it told.</summary>
internal sealed class SctpEnd : ISctpListener
{
    public SctpEnd(SctpOptions options, int seed) =>
        Association = new SctpAssociation(options, this, new SeededRandom(seed));

    public SctpAssociation Association { get; private set; }

    public List<string> Diary { get; } = [];

    public List<(ushort StreamId, uint Ppid, byte[] Payload)> Messages { get; } = [];

    public List<ushort> IncomingResets { get; } = [];

    /// <summary>Called for every message, beside the list.</summary>
    public Action<ushort, uint, byte[]>? OnMessage { get; set; }

    public Action<ushort>? OnLow { get; set; }

    /// <summary>Forgets all state, as a process that was started anew.</summary>
    public void Replace(SctpOptions options, int seed) =>
        Association = new SctpAssociation(options, this, new SeededRandom(seed));

    public void OnSctpStateChanged(SctpState state) => Diary.Add(state.ToString());

    public void OnSctpCapabilities(in SctpCapabilities capabilities) => Diary.Add("Capabilities");

    public void OnSctpMessage(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload)
    {
        Messages.Add((streamId, payloadProtocolId, payload.ToArray()));
        OnMessage?.Invoke(streamId, payloadProtocolId, payload.ToArray());
    }

    public void OnSctpBufferedAmountLow(ushort streamId)
    {
        Diary.Add($"Low {streamId}");
        OnLow?.Invoke(streamId);
    }

    public void OnSctpTotalBufferedAmountLow() => Diary.Add("TotalLow");

    public void OnSctpIncomingStreamsReset(ReadOnlySpan<ushort> streamIds)
    {
        IncomingResets.AddRange(streamIds);
        Diary.Add($"IncomingReset {string.Join(',', streamIds.ToArray())}");
    }

    public void OnSctpOutgoingStreamsReset(ReadOnlySpan<ushort> streamIds, bool isPerformed) =>
        Diary.Add($"OutgoingReset {string.Join(',', streamIds.ToArray())} {isPerformed}");

    public void OnSctpRestarted() => Diary.Add("Restarted");
}

/// <summary>Two associations and the network between them, in virtual time.</summary>
internal sealed class SctpPair
{
    private readonly byte[] _buffer = new byte[2_048];
    private readonly EmulatedLink _toB;
    private readonly EmulatedLink _toA;

    public SctpPair(
        EmulatedLinkOptions? link = null,
        int seed = 1,
        SctpOptions? optionsA = null,
        SctpOptions? optionsB = null)
    {
        _toB = new EmulatedLink(link ?? new EmulatedLinkOptions { DelayUs = 10_000 }, seed);
        _toA = new EmulatedLink(link ?? new EmulatedLinkOptions { DelayUs = 10_000 }, seed + 1_000);
        A = new SctpEnd(optionsA ?? new SctpOptions(), seed + 2_000);
        B = new SctpEnd(optionsB ?? new SctpOptions(), seed + 3_000);
    }

    public SctpEnd A { get; }

    public SctpEnd B { get; }

    public EmulatedLink ToB => _toB;

    public EmulatedLink ToA => _toA;

    public long NowUs { get; private set; }

    /// <summary>How often a deadline was handled: a timer storm shows here.</summary>
    public long Wakeups { get; private set; }

    /// <summary>Sees every packet that is sent; false drops it.</summary>
    public Func<SctpEnd, byte[], bool>? Filter { get; set; }

    /// <summary>Lets time pass, then does what is due.</summary>
    public void Wait(long us) => Run(NowUs + us);

    /// <summary>Runs until nothing is due any more, a condition holds, or a time has come.</summary>
    public void Run(long untilUs, Func<bool>? until = null)
    {
        Flush();
        while (until is null || !until())
        {
            long next = Math.Min(
                Math.Min(_toA.NextUs, _toB.NextUs),
                Math.Min(A.Association.DeadlineUs, B.Association.DeadlineUs));
            if (next > untilUs)
            {
                NowUs = Math.Max(NowUs, untilUs);
                return;
            }

            NowUs = Math.Max(NowUs, next);
            Step();
        }
    }

    public void Connect()
    {
        A.Association.Connect(NowUs);
        Run(NowUs + 600_000_000, () =>
            A.Association.State == SctpState.Connected && B.Association.State == SctpState.Connected);
        Xunit.Assert.Equal(SctpState.Connected, A.Association.State);
        Xunit.Assert.Equal(SctpState.Connected, B.Association.State);
    }

    public SctpSendResult Send(SctpEnd end, ushort streamId, byte[] payload, SctpSendOptions? how = null)
    {
        SctpSendResult result =
            end.Association.TrySend(streamId, 51, payload, how ?? SctpSendOptions.Reliable, NowUs);
        Flush();
        return result;
    }

    public void Flush()
    {
        Flush(A, _toB);
        Flush(B, _toA);
    }

    private void Step()
    {
        while (_toA.TryReceive(NowUs, out byte[] datagram))
        {
            A.Association.HandleDatagram(datagram, NowUs);
        }

        while (_toB.TryReceive(NowUs, out byte[] datagram))
        {
            B.Association.HandleDatagram(datagram, NowUs);
        }

        Wake(A);
        Wake(B);
        Flush();
    }

    private void Wake(SctpEnd end)
    {
        if (end.Association.DeadlineUs > NowUs)
            return;

        Wakeups++;
        end.Association.HandleDeadline(NowUs);
        Xunit.Assert.True(end.Association.DeadlineUs > NowUs, "a deadline does not move on");
    }

    private void Flush(SctpEnd end, EmulatedLink link)
    {
        while (end.Association.TryGetOutgoing(_buffer, NowUs, out int length))
        {
            byte[] datagram = _buffer[..length];
            if (Filter is null || Filter(end, datagram))
                link.Send(datagram, NowUs);
        }
    }
}
