using Rtc.Buffers;
using Rtc.Rtp;

namespace Benchmarks.Micro.Operations;

/// <summary>Writes what one consumer sends of a shared packet: patched header, payload in plaintext.</summary>
internal sealed class RewriteRtp : Operation
{
    private readonly RtpPacket _packet;
    private readonly byte[] _destination = new byte[SamplePackets.Length + 64];
    private ushort _sequenceNumber;

    public RewriteRtp()
    {
        var pool = new RtpPacketPool(new PacketPool());
        var extensions = new RtpExtensionList();
        Expect(RtpPacketView.TryParse(SamplePackets.Rtp(), out RtpPacketView view));
        Expect(pool.TryWrite(view, SamplePackets.PayloadType, 1, extensions, 0, out RtpPacket? packet));
        _packet = packet!;
    }

    public override void Run()
    {
        var outgoing = new OutgoingRtp(_packet) { Ssrc = 99, SequenceNumber = _sequenceNumber++, Mid = new RtpMid("0"u8) };
        int header = outgoing.WriteHeader(_destination, absSendTime: 1, transportCc: 2);
        Expect(outgoing.WritePayload(_destination.AsSpan(header)) > 1000);
    }

    public override void Dispose()
    {
        _packet.Release(BufferPurpose.Forwarding);
        base.Dispose();
    }
}
