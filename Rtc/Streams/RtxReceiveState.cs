using Rtc.Rtcp;
using Rtc.Rtp;

namespace Rtc.Streams;

/// <summary>The retransmission side of a received stream: its own numbering, and what is reported of it.</summary>
internal sealed class RtxReceiveState
{
    private SequenceValidator _sequence;
    private LossReporter _loss;
    private uint _packets;

    public SenderReportTiming LastSenderReport { get; set; }

    public long PacketsDiscarded { get; private set; }

    public bool TryReceive(ushort sequenceNumber)
    {
        if (_sequence.Update(sequenceNumber) == SequenceVerdict.Rejected)
        {
            PacketsDiscarded++;
            return false;
        }

        _packets++;
        return true;
    }

    public ReportBlock CreateReport(uint ssrc, long nowUs)
    {
        (int totalLost, byte fractionLost) = _loss.Report(_sequence.Expected, _packets, worstRemoteFraction: 0);
        return LastSenderReport.CreateReport(ssrc, fractionLost, totalLost, _sequence.ExtendedMax, jitter: 0, nowUs);
    }
}

/// <summary>When the last sender report of a stream came and what it said of its own time.</summary>
internal readonly record struct SenderReportTiming(uint CompactNtp, long ReceivedAtUs)
{
    public ReportBlock CreateReport(
        uint ssrc, byte fractionLost, int totalLost, uint highestSequenceNumber, uint jitter, long nowUs) => new()
        {
            Ssrc = ssrc,
            FractionLost = fractionLost,
            TotalLost = totalLost,
            HighestSequenceNumber = highestSequenceNumber,
            Jitter = jitter,
            LastSenderReport = CompactNtp,
            DelaySinceLastSenderReport =
                CompactNtp == 0 ? 0 : NtpTime.MicrosecondsToCompact(nowUs - ReceivedAtUs),
        };
}
