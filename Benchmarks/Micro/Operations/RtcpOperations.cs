using Rtc.Rtcp;
using Rtc.Rtp;

namespace Benchmarks.Micro.Operations;

/// <summary>A compound with a sender report, two report blocks and a CNAME.</summary>
internal static class SampleRtcp
{
    public static int Write(CompoundRtcpWriter writer, Span<byte> destination)
    {
        writer.Clear();
        writer.TryAddSender(new SenderReport(1, NtpTime.From(5, 6), 90_000, 10, 1000), "cname"u8);
        writer.TryAddReportBlock(new ReportBlock { Ssrc = 2, FractionLost = 1, HighestSequenceNumber = 7 });
        writer.TryAddReportBlock(new ReportBlock { Ssrc = 3 });
        return writer.Write(destination);
    }
}

/// <summary>Reads a compound to the last report block.</summary>
internal sealed class ReadRtcp : Operation
{
    private readonly byte[] _compound = new byte[CompoundRtcpWriter.MaxLength];
    private readonly int _length;

    public ReadRtcp() => _length = SampleRtcp.Write(new CompoundRtcpWriter(), _compound);

    public override void Run()
    {
        uint ssrcs = 0;
        foreach (RtcpPacketView packet in new RtcpReader(_compound.AsSpan(0, _length)))
        {
            if (packet.Kind == RtcpPacketKind.SenderReport)
                ssrcs += packet.AsSenderReport().Report.Ssrc;
            if (packet.Kind == RtcpPacketKind.ReceiverReport)
                ssrcs += packet.AsReceiverReport().Blocks[0].Ssrc;
        }

        Expect(ssrcs > 0);
    }
}

/// <summary>Writes that compound.</summary>
internal sealed class WriteRtcp : Operation
{
    private readonly CompoundRtcpWriter _writer = new();
    private readonly byte[] _destination = new byte[CompoundRtcpWriter.MaxLength];

    public override void Run() => Expect(SampleRtcp.Write(_writer, _destination) > 40);
}
