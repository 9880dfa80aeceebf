using Rtc.Rtcp;
using Rtc.Transports;
using RtcTests.Routing;
using Xunit;

namespace RtcTests.Transports;

/// <summary>The packets by which a peer is told the most that it may send.</summary>
public sealed class IncomingLimitTests
{
    private const long IntervalUs = 1_500_000;

    private readonly RecordingListener _peer = new();
    private readonly IncomingLimit _limit;
    private long _nowUs = 1_000_000_000;

    public IncomingLimitTests() =>
        _limit = new IncomingLimit(new DirectTransport(
            "direct", new TransportOptions { Direct = true }, new Room().Router, _peer));

    [Fact]
    public void Without_a_limit_nothing_is_told()
    {
        PacketsFor(10 * IntervalUs);
        _limit.Set(0, _nowUs);
        PacketsFor(10 * IntervalUs);

        Assert.Empty(_peer.Rtcp);
    }

    [Fact]
    public void A_limit_is_told_to_a_peer_that_sends_and_about_no_stream_of_it()
    {
        _limit.Set(300_000, _nowUs);
        Assert.Empty(_peer.Rtcp);

        _limit.OnPacket(_nowUs);

        var reader = new RtcpReader(Assert.Single(_peer.Rtcp));
        Assert.True(reader.MoveNext());
        RembView remb = reader.Current.AsRemb();
        Assert.Equal((0u, 300_000ul, 0), (remb.Header.SenderSsrc, remb.BitrateBps, remb.Ssrcs.Count));
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void It_is_told_again_with_the_first_packet_after_each_interval()
    {
        _limit.Set(300_000, _nowUs);
        _limit.OnPacket(_nowUs);
        _limit.OnPacket(_nowUs + IntervalUs);
        Assert.Single(_peer.Rtcp);

        _limit.OnPacket(_nowUs + IntervalUs + 1);
        Assert.Equal(2, _peer.Rtcp.Count);

        // A peer that is silent for long has not missed anything.
        _limit.OnPacket(_nowUs + (20 * IntervalUs));
        _limit.OnPacket(_nowUs + (21 * IntervalUs));
        Assert.Equal([300_000ul, 300_000, 300_000], Told());
    }

    [Fact]
    public void Another_limit_is_told_when_the_next_is_due()
    {
        _limit.Set(300_000, _nowUs);
        _limit.OnPacket(_nowUs);
        _limit.Set(200_000, _nowUs);
        PacketsFor(IntervalUs);
        Assert.Equal([300_000ul], Told());

        PacketsFor(100_000);
        Assert.Equal([300_000ul, 200_000], Told());
    }

    [Fact]
    public void The_end_of_a_limit_is_told_at_once_and_three_times_more()
    {
        _limit.Set(300_000, _nowUs);
        _limit.OnPacket(_nowUs);
        _limit.Set(0, _nowUs);
        Assert.Equal([300_000ul, 0], Told());

        PacketsFor(20 * IntervalUs);
        Assert.Equal([300_000ul, 0, 0, 0, 0], Told());
    }

    [Fact]
    public void The_end_of_no_limit_while_that_is_told_does_not_begin_anew()
    {
        _limit.Set(300_000, _nowUs);
        _limit.Set(0, _nowUs);
        PacketsFor(2 * IntervalUs);
        int told = _peer.Rtcp.Count;
        _limit.Set(0, _nowUs);
        Assert.Equal(told, _peer.Rtcp.Count);

        PacketsFor(20 * IntervalUs);
        Assert.Equal([0ul, 0, 0, 0], Told());
    }

    [Fact]
    public void A_new_limit_ends_the_telling_that_there_is_none()
    {
        _limit.Set(300_000, _nowUs);
        _limit.Set(0, _nowUs);
        _limit.Set(100_000, _nowUs);
        PacketsFor((3 * IntervalUs) + 100_000);

        Assert.Equal([0ul, 100_000, 100_000], Told().Take(3));
        Assert.DoesNotContain(0ul, Told().Skip(1));
    }

    private void PacketsFor(long durationUs)
    {
        const long distanceUs = 20_000;
        for (long endUs = _nowUs + durationUs; _nowUs < endUs;)
        {
            _nowUs += Math.Min(distanceUs, endUs - _nowUs);
            _limit.OnPacket(_nowUs);
        }
    }

    private ulong[] Told() => [.. _peer.Rtcp.Select(rtcp =>
    {
        var reader = new RtcpReader(rtcp);
        return reader.MoveNext() ? reader.Current.AsRemb().BitrateBps : throw new InvalidOperationException("no REMB");
    })];
}
