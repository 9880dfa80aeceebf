using Rtc.Congestion;
using Rtc.Rtp;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Congestion;

public sealed class ReceiveSideEstimatorTests
{
    private const int PacketSize = 1_000;

    [Theory]
    [InlineData(600)]
    [InlineData(2_000)]
    public void A_sender_that_follows_it_uses_the_link_and_keeps_the_queue_short(int kbps)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            var estimator = new ReceiveSideEstimator();
            var link = new EmulatedLink(
                new EmulatedLinkOptions { BitsPerSecond = kbps * 1000, DelayUs = 30_000, JitterUs = 1_000 }, seed);
            List<(long Bitrate, int QueueBytes)> settled = Run(estimator, link, seconds: 90);

            Assert.InRange(settled.Average(one => one.Bitrate), 600 * kbps, 1_300 * kbps);
            Assert.True(settled.Average(one => one.QueueBytes) * 8 < kbps * 1000 * 0.15);
        }
    }

    [Fact]
    public void Send_times_wrap_and_may_be_anything()
    {
        var estimator = new ReceiveSideEstimator();
        var random = new Random(4);
        long nowUs = 0;
        for (int i = 0; i < 20_000; i++)
        {
            nowUs += random.Next(20_000);
            estimator.OnPacket((uint)random.Next(1 << 24), random.Next(1_500), nowUs);
            Assert.True(estimator.Bitrate >= ReceiveSideEstimator.LeastBitrate);
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(45)]
    [InlineData(63)]
    [InlineData(70)]
    [InlineData(110)]
    public void After_a_silence_it_sees_at_once_that_the_link_is_slower(int silentSeconds)
    {
        var estimator = new ReceiveSideEstimator();
        long sentAtUs = 5_000_000;
        for (int i = 0; i < 1_250; i++, sentAtUs += 8_000)
            estimator.OnPacket(NtpTime.ToAbsSendTime(sentAtUs), PacketSize, sentAtUs + 30_000);

        Assert.True(estimator.Bitrate > 900_000);
        sentAtUs += silentSeconds * 1_000_000L;
        long arrivedAtUs = sentAtUs + 30_000;
        for (int i = 0; i < 250; i++, sentAtUs += 8_000, arrivedAtUs += 16_000)
            estimator.OnPacket(NtpTime.ToAbsSendTime(sentAtUs), PacketSize, arrivedAtUs);

        Assert.InRange(estimator.Bitrate, 100_000, 600_000);
    }

    // The sender sends what it is told, evenly, from a clock of its own that wraps while it does.
    private static List<(long Bitrate, int QueueBytes)> Run(
        ReceiveSideEstimator estimator, EmulatedLink link, int seconds)
    {
        List<(long, int)> settled = [];
        long nextUs = 0;
        for (long nowUs = 0; nowUs < seconds * 1_000_000L; nowUs += 500)
        {
            while (link.TryReceive(nowUs, out byte[] packet))
                estimator.OnPacket(BitConverter.ToUInt32(packet), packet.Length, nowUs);

            for (; nextUs <= nowUs; nextUs += PacketSize * 8_000_000L / estimator.Bitrate)
            {
                byte[] packet = new byte[PacketSize];
                BitConverter.TryWriteBytes(packet, NtpTime.ToAbsSendTime(nextUs + 40_000_000));
                link.Send(packet, nowUs);
            }

            if (nowUs > 40_000_000 && nowUs % 100_000 == 0)
                settled.Add((estimator.Bitrate, link.QueuedBytes(nowUs)));
        }

        return settled;
    }
}
