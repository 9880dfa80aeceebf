using Rtc.Crypto;
using Rtc.Srtp;

namespace RtcTests.Fuzz;

/// <summary>Any bytes as SRTP and as SRTCP, for every suite: dropped, counted, no state.</summary>
public static class SrtpFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        byte[] packet = new byte[input.Length];
        foreach (SrtpSuite suite in Enum.GetValues<SrtpSuite>())
        {
            if (!SrtpKeyingMaterial.TryCreate(suite, new byte[suite.KeyingLength()], out SrtpKeyingMaterial? keys))
            {
                throw new InvalidOperationException($"no keys for {suite}");
            }

            using var receiver = new SrtpReceiver(keys);
            input.CopyTo(packet);
            bool isRtp = receiver.TryUnprotectRtp(packet, out int rtpLength);
            input.CopyTo(packet);
            bool isRtcp = receiver.TryUnprotectRtcp(packet, out int rtcpLength);
            if (isRtp || isRtcp || rtpLength != 0 || rtcpLength != 0 || receiver.StreamCount != 0)
            {
                throw new InvalidOperationException($"{suite} took {Convert.ToHexString(input)}");
            }
        }
    }
}
