using Rtc.Congestion;
using Rtc.Rtcp;
using Xunit;

namespace RtcTests.Congestion;

public sealed class ArrivalHistoryTests
{
    private readonly ArrivalHistory _history = new();

    [Fact]
    public void Tells_what_came_and_what_did_not()
    {
        _history.Add(65_534, 7, 1_000_000);
        _history.Add(65_535, 7, 1_001_000);
        _history.Add(2, 7, 1_004_000);

        List<(ushort, bool)> told = Tell(1_050_000);

        Assert.Equal([(65_534, true), (65_535, true), (0, false), (1, false), (2, true)], told);
        Assert.Empty(Tell(1_150_000));
        Assert.Equal(0.4, _history.Loss, 3);
    }

    [Fact]
    public void What_comes_late_is_told_again_with_its_followers()
    {
        _history.Add(10, 7, 1_000_000);
        _history.Add(12, 7, 1_001_000);
        Tell(1_010_000);
        _history.Add(11, 7, 1_020_000);

        Assert.Equal([(11, true), (12, true)], Tell(1_100_000));
    }

    [Fact]
    public void What_comes_twice_counts_once()
    {
        _history.Add(1, 7, 1_000_000);
        Tell(1_010_000);
        _history.Add(1, 7, 1_020_000);

        Assert.Empty(Tell(1_100_000));
    }

    [Fact]
    public void A_silent_half_second_is_not_told_about()
    {
        _history.Add(1, 7, 1_000_000);

        Assert.Empty(Tell(1_000_000 + ArrivalHistory.HistoryUs + 1));
    }

    [Fact]
    public void More_than_one_feedback_holds_takes_several()
    {
        for (int i = 0; i < 3_000; i++)
            _history.Add((ushort)i, 7, 1_000_000 + (i * 100));

        List<(ushort Number, bool)> told = Tell(1_350_000);

        Assert.Equal(3_000, told.Count);
        Assert.Equal(Enumerable.Range(0, 3_000).Select(i => (ushort)i), told.Select(one => one.Number));
    }

    [Fact]
    public void Wild_numbers_stay_bounded()
    {
        var random = new Random(3);
        long now = 1_000_000;
        for (int i = 0; i < 20_000; i++)
        {
            now += random.Next(0, 2_000);
            _history.Add((ushort)random.Next(65_536), (uint)i, now);
            if (i % 50 == 0)
                Assert.InRange(Tell(now).Count, 0, ArrivalHistory.Capacity + 1);
        }
    }

    private List<(ushort Number, bool IsReceived)> Tell(long nowUs)
    {
        List<(ushort, bool)> told = [];
        byte[] feedback = new byte[TransportCcWriter.MaxLength];
        int length;
        while ((length = _history.WriteFeedback(feedback, nowUs)) > 0)
        {
            var reader = new RtcpReader(feedback.AsSpan(0, length));
            Assert.True(reader.MoveNext());
            foreach (TransportCcView packet in reader.Current.AsTransportCc())
                told.Add((packet.SequenceNumber, packet.IsReceived));
        }

        return told;
    }
}
