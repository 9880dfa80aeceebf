using Rtc.Sctp;
using Rtc.Sctp.Packet;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>When something is repeated: RFC 9260 sections 6.3 and 7.2.4, the peer's SACKs written by hand.</summary>
public sealed class SctpRetransmissionTests
{
    private const long MsUs = 1_000;

    private readonly SctpPair _pair = new();
    private readonly SctpForge _peer;
    private readonly uint _first;

    public SctpRetransmissionTests()
    {
        _pair.Connect();
        _pair.Wait(100 * MsUs);
        _peer = new SctpForge(_pair);
        Send(1);
        _first = _peer.SentTsns[0];
        _pair.Wait(20 * MsUs);
        _peer.Sack(_first);
        _peer.Answers.Clear();
    }

    [Fact]
    public void The_third_sack_that_acknowledges_something_behind_a_chunk_repeats_it()
    {
        Send(6);
        _peer.Sack(_first, new GapBlock(2, 2));
        _peer.Sack(_first, new GapBlock(2, 3));
        Assert.Equal(Tsns(1, 2, 3, 4, 5, 6), _peer.SentTsns);
        _peer.Sack(_first, new GapBlock(2, 4));
        Assert.Equal(Tsns(1, 2, 3, 4, 5, 6, 1), _peer.SentTsns);
        Assert.Equal(1, _pair.A.Association.Counters.FastRecoveries);
    }

    [Fact]
    public void A_sack_that_acknowledges_nothing_new_counts_against_nothing()
    {
        Send(6);
        for (int i = 0; i < 10; i++)
            _peer.Sack(_first, new GapBlock(2, 3));

        Assert.Equal(Tsns(1, 2, 3, 4, 5, 6), _peer.SentTsns);
    }

    // Highest TSN newly acknowledged: chunks 4 to 6 are not missed by SACKs that newly acknowledge only what comes before it.
    [Fact]
    public void A_sack_counts_only_against_what_lies_before_what_it_newly_acknowledges()
    {
        Send(7);
        _peer.Sack(_first, new GapBlock(7, 7));
        _peer.Sack(_first, new GapBlock(2, 2), new GapBlock(7, 7));
        _peer.Sack(_first, new GapBlock(2, 3), new GapBlock(7, 7));
        Assert.Equal(Tsns(1, 2, 3, 4, 5, 6, 7, 1), _peer.SentTsns);
    }

    [Fact]
    public void In_recovery_a_sack_that_moves_on_counts_against_all_that_it_misses()
    {
        Send(7);
        _peer.Sack(_first, new GapBlock(2, 2), new GapBlock(7, 7));
        _peer.Sack(_first, new GapBlock(2, 3), new GapBlock(7, 7));
        _peer.Sack(_first, new GapBlock(2, 4), new GapBlock(7, 7));
        _peer.Answers.Clear();
        // The first SACK missed 5 and 6 as well. The next two newly acknowledge only what lies before 6, and move on.
        _peer.Sack(_first + 4, new GapBlock(3, 3));
        Assert.Empty(_peer.SentTsns);
        _peer.Sack(_first + 5, new GapBlock(2, 2));
        Assert.Equal(Tsns(6), _peer.SentTsns);
        Assert.Equal(1, _pair.A.Association.Counters.FastRecoveries);
    }

    [Fact]
    public void A_repeated_chunk_that_is_lost_again_is_seen_and_narrows_the_window_again()
    {
        Send(4);
        for (ushort end = 2; end <= 4; end++)
            _peer.Sack(_first, new GapBlock(2, end));

        int window = _pair.A.Association.CongestionWindowBytes;
        Send(4);
        for (ushort end = 5; end <= 6; end++)
            _peer.Sack(_first, new GapBlock(2, end));

        Assert.Equal(Tsns(1, 2, 3, 4, 1, 5, 6, 7, 8), _peer.SentTsns);
        _peer.Sack(_first, new GapBlock(2, 7));
        Assert.Equal(Tsns(1, 2, 3, 4, 1, 5, 6, 7, 8, 1), _peer.SentTsns);
        Assert.InRange(_pair.A.Association.CongestionWindowBytes, 4 * 1_191, window - 1);
        Assert.Equal(0, _pair.A.Association.Counters.RetransmissionTimeouts);
    }

    [Fact]
    public void A_fast_retransmission_of_the_first_chunk_starts_the_timer_anew()
    {
        Send(4);
        long timerUs = _pair.A.Association.DeadlineUs;
        _pair.Wait(300 * MsUs);
        for (ushort end = 2; end <= 4; end++)
            _peer.Sack(_first, new GapBlock(2, end));

        Assert.Equal(timerUs + (300 * MsUs), _pair.A.Association.DeadlineUs);
    }

    // Karn: what is acknowledged after it was repeated measures nothing, and must not make the timeout short again.
    [Fact]
    public void Only_a_measurement_takes_back_the_doubled_timeout()
    {
        Send(1);
        long timeoutUs = _pair.A.Association.DeadlineUs - _pair.NowUs;
        _pair.Wait(timeoutUs);
        _pair.Wait(2 * timeoutUs);
        Assert.Equal(2, _pair.A.Association.Counters.RetransmissionTimeouts);
        _peer.Sack(_first + 1);

        Send(1);
        Assert.Equal(4 * timeoutUs, _pair.A.Association.DeadlineUs - _pair.NowUs);
        _pair.Wait(20 * MsUs);
        _peer.Sack(_first + 2);
        Send(1);
        Assert.InRange(_pair.A.Association.DeadlineUs - _pair.NowUs, 400 * MsUs, timeoutUs);
    }

    [Fact]
    public void A_path_slower_than_the_timeout_is_learnt()
    {
        var slow = new SctpPair(new Simulation.EmulatedLinkOptions { DelayUs = 1_500 * MsUs }, seed: 2);
        slow.Connect();
        for (int i = 0; i < 40; i++)
        {
            slow.Send(slow.A, 1, new byte[100]);
            slow.Wait(1_000 * MsUs);
        }

        long timeouts = slow.A.Association.Counters.RetransmissionTimeouts;
        for (int i = 0; i < 40; i++)
        {
            slow.Send(slow.A, 1, new byte[100]);
            slow.Wait(1_000 * MsUs);
        }

        Assert.Equal(3_000 * MsUs, slow.A.Association.SmoothedRttUs);
        Assert.Equal(timeouts, slow.A.Association.Counters.RetransmissionTimeouts);
    }

    [Fact]
    public void The_round_trip_is_measured_once_a_round_trip()
    {
        Send(4);
        _pair.Wait(20 * MsUs);
        _peer.Sack(_first + 1);
        long measured = _pair.A.Association.SmoothedRttUs;
        _pair.Wait(200 * MsUs);
        _peer.Sack(_first + 4);
        Assert.Equal(measured, _pair.A.Association.SmoothedRttUs);
    }

    private uint[] Tsns(params uint[] behindFirst) => [.. behindFirst.Select(number => _first + number)];

    // A message fills a packet, so that every packet has one TSN.
    private void Send(int count)
    {
        for (int i = 0; i < count; i++)
            Assert.Equal(SctpSendResult.Ok, _pair.Send(_pair.A, 1, new byte[1_100]));
    }
}
