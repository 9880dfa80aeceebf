using Rtc.Congestion;
using Rtc.Rtcp;

namespace RtcTests.Fuzz;

/// <summary>
/// A peer may answer our packets with any feedback: the estimate stays between its limits, and probing ends.
/// </summary>
internal static class BandwidthFuzz
{
    private const long Least = 30_000;
    private const long Most = 10_000_000;

    public static void Fuzz(ReadOnlySpan<byte> data)
    {
        var estimator = new BandwidthEstimator(600_000);
        long nowUs = 1_000_000;
        estimator.SetLimits(Least, Most, Most, nowUs);
        estimator.OnConnected(nowUs);
        for (int round = 0; round < 5; round++)
        {
            nowUs = Send(estimator, nowUs);
            var reader = new RtcpReader(data);
            while (reader.MoveNext())
            {
                if (reader.Current.Kind == RtcpPacketKind.TransportCc)
                    estimator.OnFeedback(reader.Current.AsTransportCc(), nowUs);
                if (estimator.Bitrate is < Least or > Most || estimator.Loss is not (>= 0 and <= 1))
                    throw new InvalidOperationException($"{estimator.Bitrate} bit/s, loss {estimator.Loss}");
            }
        }
    }

    private static long Send(BandwidthEstimator estimator, long nowUs)
    {
        for (int i = 0; i < 50; i++)
        {
            nowUs += 5_000;
            estimator.OnPacketSent(1_000, nowUs);
            estimator.HandleDeadline(nowUs);
            for (int padding = 0; estimator.GetPaddingSize(nowUs) is > 0 and int size; padding++)
            {
                if (padding > 10_000)
                    throw new InvalidOperationException("a probe never ends");

                estimator.OnPacketSent(size, nowUs);
            }
        }

        return nowUs;
    }
}
