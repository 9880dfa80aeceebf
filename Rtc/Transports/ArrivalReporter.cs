using Rtc.Congestion;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Transports;

/// <summary>
/// Tells the peer ten times a second when its packets arrived, by transport-wide numbers: what its bandwidth
/// estimation lives on. There from the first producer on that negotiates it.
/// </summary>
internal sealed class ArrivalReporter : IDeadlineOwner
{
    private const long IntervalUs = 100_000;

    private readonly Transport _transport;
    private readonly ArrivalHistory _history = new();
    private readonly IncomingLimit _limit;
    private readonly Deadline _deadline;

    /// <summary>Makes one that tells nothing before <see cref="Start"/>.</summary>
    public ArrivalReporter(Transport transport, RouterEnvironment environment)
    {
        _transport = transport;
        _limit = new IncomingLimit(transport);
        _deadline = environment.Deadlines.Create(this, "transport-cc");
    }

    /// <summary>Packets that were lost on the way to us, 0 to 1.</summary>
    public double Loss => _history.Loss;

    /// <summary>Whether a producer wants it: by header extension, and by the feedback of a codec.</summary>
    public static bool IsWanted(RtpParameters parameters) =>
        parameters.HeaderExtensionIds.TransportCc != 0 && FeedbackRules.Has(parameters, FeedbackRules.TransportCc);

    /// <summary>The peer can be reached.</summary>
    public void Start(long nowUs) => _deadline.Set(nowUs + IntervalUs);

    /// <summary>The peer cannot be reached.</summary>
    public void Stop()
    {
        _deadline.Clear();
        _history.Skip();
    }

    /// <summary>Sets the most that the peer may send, in bits a second; 0 is no limit.</summary>
    public void SetMaxIncoming(ulong bitrate, long nowUs) => _limit.Set(bitrate, nowUs);

    /// <summary>A packet arrived.</summary>
    public void OnPacket(in RtpPacketView packet, byte extensionId, long nowUs)
    {
        if (packet.TryGetTransportCc(extensionId, out ushort number))
        {
            _history.Add(number, packet.Ssrc, nowUs);
            _limit.OnPacket(nowUs);
        }
    }

    /// <inheritdoc/>
    public void OnDeadline(Deadline deadline, long nowUs)
    {
        Span<byte> feedback = stackalloc byte[TransportCcWriter.MaxLength];
        int length;
        while ((length = _history.WriteFeedback(feedback, nowUs)) > 0)
            _transport.SendRtcp(feedback[..length], nowUs);

        _deadline.Set(nowUs + IntervalUs);
    }
}
