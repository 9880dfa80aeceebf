using Rtc.Rtp;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public class ReportTests
{
    [Fact]
    public void Loss_is_reported_in_total_and_since_the_last_report()
    {
        LossReporter loss = default;
        Assert.Equal((10, (byte)26), loss.Report(expected: 100, received: 90, worstRemoteFraction: 0));
        Assert.Equal((10, (byte)0), loss.Report(200, 190, 0));
        Assert.Equal((60, (byte)128), loss.Report(300, 240, 0));

        // What came late after all is taken back.
        Assert.Equal((10, (byte)0), loss.Report(300, 290, 0));
        Assert.Equal(10, loss.Lost);
    }

    [Fact]
    public void More_than_expected_is_no_loss()
    {
        LossReporter loss = default;
        Assert.Equal((0, (byte)0), loss.Report(100, 150, 0));
        Assert.Equal((0, (byte)0), loss.Report(100, 150, 0));
    }

    [Fact]
    public void A_whole_interval_lost_fits_the_field()
    {
        LossReporter loss = default;
        Assert.Equal((100, (byte)255), loss.Report(100, 0, 0));
    }

    [Fact]
    public void The_worst_receiver_speaks_where_it_is_worse_off()
    {
        LossReporter loss = default;
        Assert.Equal((50, (byte)128), loss.Report(100, 100, worstRemoteFraction: 128));
        Assert.Equal(0, loss.FractionLost);
        Assert.Equal((100, (byte)128), loss.Report(200, 150, worstRemoteFraction: 64));
    }

    [Fact]
    public void Round_trips_come_out_of_echoed_times()
    {
        NtpTime sent = NtpTime.FromUnixMicroseconds(1_700_000_000_000_000);
        NtpTime arrived = NtpTime.FromUnixMicroseconds(1_700_000_000_350_000);
        uint delay = NtpTime.MicrosecondsToCompact(300_000);
        Assert.InRange(RoundTrip.Measure(arrived, sent.Compact, delay), 49_950, 50_050);
        Assert.Equal(0, RoundTrip.Measure(arrived, 0, delay));
        Assert.Equal(0, RoundTrip.Measure(arrived, sent.Compact, 0));
        Assert.Equal(0, RoundTrip.Measure(arrived, sent.Compact, NtpTime.MicrosecondsToCompact(400_000)));
    }

    [Fact]
    public void Jitter_follows_the_variation_of_transit()
    {
        InterarrivalJitter jitter = default;
        for (int i = 0; i < 100; i++)
            jitter.Update(unchecked((uint)(i * 960) + 0xFFFF_F000), 48_000, 5_000_000_000_000 + (i * 20_000L));

        Assert.Equal(0, jitter.Ticks);

        // One packet 10 ms late: 480 ticks, a sixteenth of which counts.
        jitter.Update(unchecked((uint)(100 * 960) + 0xFFFF_F000), 48_000, 5_000_000_000_000 + (100 * 20_000L) + 10_000);
        Assert.Equal(30, jitter.Ticks);
    }

    [Fact]
    public void Time_is_projected_over_the_wrap_and_not_too_far()
    {
        var mapping = new RtpTimeMapping(1_000_000_000, 0xFFFF_FFFF);
        Assert.True(mapping.TryProject(89_999, 90_000, 5_000_000, out long senderUs));
        Assert.Equal(1_001_000_000, senderUs);
        Assert.True(mapping.TryProject(0xFFFF_FFFF - 90_000u, 90_000, 5_000_000, out senderUs));
        Assert.Equal(999_000_000, senderUs);
        Assert.False(mapping.TryProject(90_000u * 6, 90_000, 5_000_000, out _));
        Assert.False(mapping.TryProject(0, 0, 5_000_000, out _));
    }

    [Fact]
    public void Layers_count_with_those_that_they_need()
    {
        var layers = new LayerCounters(spatialLayers: 2, temporalLayers: 2, windowMs: 1000);
        layers.Add(0, 0, 100, 80, 0);
        layers.Add(0, 1, 10, 8, 0);
        layers.Add(1, 0, 1000, 800, 0);
        Assert.Equal(800, layers.GetCumulativeBitrate(0, 0, 0));
        Assert.Equal(880, layers.GetCumulativeBitrate(0, 1, 0));
        Assert.Equal(8880, layers.GetCumulativeBitrate(1, 0, 0));
        Assert.Equal(0, layers.GetCumulativeBitrate(1, 1, 0));
        Assert.Equal(880, layers.GetSpatialLayerBitrate(0, 0));
        Assert.Equal((3L, 1110L), (layers.Packets, layers.Bytes));

        // Layers that were not announced count as the highest.
        layers.Add(7, 7, 1, 1, 0);
        Assert.Equal(8888, layers.GetCumulativeBitrate(1, 1, 0));
        Assert.Equal(4, layers.GetBitrates(0).Count);
        Assert.Empty(new LayerCounters(1, 1, 1000).GetBitrates(0));
    }
}
