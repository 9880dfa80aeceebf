using Rtc.Seams;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public class NackGeneratorTests
{
    private const long Ms = 1000;

    private readonly NackGenerator _nack = new();
    private readonly ushort[] _scratch = new ushort[NackGenerator.MaxMissing];

    [Fact]
    public void Nothing_is_asked_for_while_nothing_is_missing()
    {
        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(NackVerdict.Ordinary, Receive((ushort)(65_000 + i), i * Ms));
            Assert.Equal(0, _nack.CollectNew(_scratch, i * Ms));
        }

        Assert.Equal(Deadline.Never, _nack.DeadlineUs);
    }

    [Fact]
    public void A_missing_packet_is_asked_for_when_it_is_ten_milliseconds_late()
    {
        Receive(100, 0);
        Receive(103, 1 * Ms);
        Assert.Empty(Collect(1 * Ms));
        Receive(104, 10 * Ms);
        Assert.Empty(Collect(10 * Ms));
        Receive(105, 11 * Ms);
        Assert.Equal([101, 102], Collect(11 * Ms));
        Assert.Empty(Collect(12 * Ms));
    }

    [Fact]
    public void Reordering_asks_for_nothing()
    {
        Receive(100, 0);
        Receive(102, 1 * Ms);
        Assert.Equal(NackVerdict.Recovered, Receive(101, 5 * Ms));
        Receive(103, 20 * Ms);
        Assert.Empty(Collect(20 * Ms));
        Assert.Equal(0, _nack.MissingCount);
    }

    [Fact]
    public void The_deadline_asks_again_each_round_trip_ten_times_in_all()
    {
        _nack.RoundTripUs = 50 * Ms;
        Receive(1, 0);
        Receive(3, 0);
        List<long> askedAtMs = [];
        for (long nowMs = 0; nowMs < 5000 && _nack.DeadlineUs != Deadline.Never; nowMs++)
        {
            if (_nack.DeadlineUs <= nowMs * Ms && _nack.HandleDeadline(_scratch, nowMs * Ms) > 0)
                askedAtMs.Add(nowMs);
        }

        // Looked at every 40 ms, so 80 ms apart.
        Assert.Equal([40, 120, 200, 280, 360, 440, 520, 600, 680, 760], askedAtMs);
        Assert.Equal(0, _nack.MissingCount);
    }

    [Fact]
    public void Without_a_known_round_trip_a_hundred_milliseconds_are_assumed()
    {
        Receive(1, 0);
        Receive(3, 0);
        Assert.Equal(1, _nack.HandleDeadline(_scratch, 40 * Ms));
        Assert.Equal(0, _nack.HandleDeadline(_scratch, 80 * Ms));
        Assert.Equal(0, _nack.HandleDeadline(_scratch, 120 * Ms));
        Assert.Equal(1, _nack.HandleDeadline(_scratch, 160 * Ms));
    }

    [Fact]
    public void The_interval_runs_on_while_packets_come()
    {
        Receive(1, 0);
        Receive(3, 0);
        for (int i = 4; i < 40; i++)
            Receive((ushort)i, i * Ms);

        Assert.Equal(40 * Ms, _nack.DeadlineUs);
    }

    [Fact]
    public void A_retransmission_is_taken_once()
    {
        Receive(1, 0);
        Receive(3, 0);
        Assert.Equal(NackVerdict.Recovered, _nack.OnPacket(2, false, isRetransmission: true, 30 * Ms));
        Assert.Equal(NackVerdict.Ordinary, _nack.OnPacket(2, false, isRetransmission: true, 31 * Ms));
        Assert.Equal(0, _nack.HandleDeadline(_scratch, 40 * Ms));
        Assert.Equal(Deadline.Never, _nack.DeadlineUs);
    }

    [Fact]
    public void A_retransmission_of_what_never_came_is_as_good_as_the_packet()
    {
        Receive(1, 0);
        Assert.Equal(NackVerdict.Recovered, _nack.OnPacket(4, false, isRetransmission: true, 1 * Ms));
        Assert.Equal(NackVerdict.Ordinary, _nack.OnPacket(4, false, isRetransmission: true, 2 * Ms));
        Receive(5, 20 * Ms);
        Assert.Equal([2, 3], Collect(20 * Ms));
    }

    [Fact]
    public void Too_many_missing_need_a_key_frame()
    {
        Receive(1, 0);
        Assert.Equal(NackVerdict.KeyFrameNeeded, Receive(1500, 1 * Ms));
        Assert.Equal(0, _nack.MissingCount);
        Assert.Equal(NackVerdict.Ordinary, Receive(1502, 2 * Ms));
        Assert.Equal(1, _nack.MissingCount);
    }

    [Fact]
    public void What_is_missing_before_a_key_frame_is_given_up_first()
    {
        Receive(1, 0);
        Receive(600, 1 * Ms);
        Assert.Equal(NackVerdict.Ordinary, _nack.OnPacket(601, isKeyFrame: true, isRetransmission: false, 2 * Ms));
        Assert.Equal(NackVerdict.Ordinary, Receive(1300, 3 * Ms));
        Assert.Equal(698, _nack.MissingCount);
    }

    [Fact]
    public void A_key_frame_of_long_ago_saves_nothing()
    {
        _nack.OnPacket(1, isKeyFrame: true, isRetransmission: false, 0);
        for (ushort number = 2; number <= 39_000; number++)
            Receive(number, 0);

        Receive(39_600, 1 * Ms);
        Assert.Equal(NackVerdict.KeyFrameNeeded, Receive(40_200, 2 * Ms));
    }

    [Fact]
    public void A_reset_starts_over()
    {
        Receive(1, 0);
        Receive(5, 0);
        _nack.Reset();
        Assert.Equal(Deadline.Never, _nack.DeadlineUs);
        Receive(40_000, 1 * Ms);
        Receive(40_002, 1 * Ms);
        Assert.Equal(1, _nack.MissingCount);
    }

    [Fact]
    public void Any_input_keeps_the_bounds()
    {
        var random = new Random(3);
        ushort number = 0;
        for (int i = 0; i < 200_000; i++)
        {
            number = (ushort)(random.Next(50) == 0 ? random.Next(65_536) : number + random.Next(4));
            _nack.OnPacket(number, random.Next(8) == 0, random.Next(2) == 0, i * Ms);
            int collected = _nack.CollectNew(_scratch, i * Ms);
            AssertAscending(collected);
            if (_nack.DeadlineUs <= i * Ms)
                AssertAscending(_nack.HandleDeadline(_scratch, i * Ms));

            Assert.InRange(_nack.MissingCount, 0, NackGenerator.MaxMissing);
        }
    }

    private void AssertAscending(int count)
    {
        for (int i = 1; i < count; i++)
            Assert.True((short)(_scratch[i] - _scratch[i - 1]) > 0);
    }

    private NackVerdict Receive(ushort number, long nowUs) =>
        _nack.OnPacket(number, isKeyFrame: false, isRetransmission: false, nowUs);

    private ushort[] Collect(long nowUs) => _scratch[.._nack.CollectNew(_scratch, nowUs)];
}
