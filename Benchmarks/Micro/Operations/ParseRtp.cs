using Rtc.Rtp;

namespace Benchmarks.Micro.Operations;

/// <summary>Parses a packet and finds its MID and transport-cc number.</summary>
internal sealed class ParseRtp : Operation
{
    private readonly byte[] _packet = SamplePackets.Rtp();

    public override void Run()
    {
        Expect(
            RtpPacketView.TryParse(_packet, out RtpPacketView view) &&
            view.TryGetMid(SamplePackets.MidId, out _) &&
            view.TryGetTransportCc(SamplePackets.TransportCcId, out ushort number) && number == 7);
    }
}
