using Rtc.Rtcp;
using Xunit;

namespace RtcTests.Rtcp;

public class TransportCcWriterTests
{
    private readonly TransportCcWriter _writer = new();
    private readonly byte[] _room = new byte[TransportCcWriter.MaxLength];

    [Fact]
    public void Writes_what_a_reader_expects_byte_for_byte()
    {
        _writer.Start(65535);
        Assert.True(_writer.TryAdd(65535, (-2 * 64_000) + 1_000));
        Assert.True(_writer.TryAdd(0, (-2 * 64_000) + 3_000));
        Assert.True(_writer.TryAdd(2, (-2 * 64_000) + 1_000));
        Assert.Equal(3, _writer.NextSequenceNumber);

        int length = _writer.Write(_room, 0x11111111, 0x22222222, 9);

        Assert.Equal(
            "AFCD0006" + "11111111" + "22222222" + "FFFF0004" + "FFFFFE09" + "D480" + "0408FFF8" + "0002",
            Convert.ToHexString(_room, 0, length));
    }

    [Fact]
    public void Arrivals_survive_within_a_quarter_of_a_millisecond()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            var expected = new List<(ushort Number, long ArrivedAtUs)>();
            var number = (ushort)random.Next(65536);
            long arrivedAtUs = random.NextInt64(1_000_000_000);
            _writer.Start(number);
            while (_writer.TryAdd(number, arrivedAtUs) && expected.Count < 2_000)
            {
                expected.Add((number, arrivedAtUs));
                number += (ushort)(random.Next(4) == 0 ? random.Next(1, 40) : 1);
                arrivedAtUs += random.Next(3) == 0 ? random.Next(-20_000, 200_000) : random.Next(3_000);
            }

            Assert.Equal(expected, Read(expected[0].ArrivedAtUs), new NearlyEqual());
        }
    }

    [Fact]
    public void Long_gaps_cost_little()
    {
        _writer.Start(10);
        Assert.True(_writer.TryAdd(10, 0));
        Assert.True(_writer.TryAdd(30_000, 1_000));

        int length = _writer.Write(_room, 1, 2, 3);

        Assert.InRange(length, 20, 40);
        Assert.Equal([10, 30_000], Read(0).Select(item => (int)item.Number));
    }

    [Fact]
    public void What_does_not_fit_waits_for_the_next_feedback()
    {
        _writer.Start(0);
        Assert.True(_writer.TryAdd(1, 0));
        Assert.False(_writer.TryAdd(1, 0));
        Assert.False(_writer.TryAdd(0, 0));
        Assert.False(_writer.TryAdd(2, 10_000_000));
        Assert.Equal(2, _writer.NextSequenceNumber);

        _writer.Start(_writer.NextSequenceNumber);
        Assert.True(_writer.IsEmpty);
        Assert.True(_writer.TryAdd(2, 10_000_000));
    }

    [Fact]
    public void Fills_up_to_the_bound_and_not_beyond()
    {
        _writer.Start(0);
        ushort number = 0;
        while (_writer.TryAdd(number, number * 1_000L))
            number++;

        int length = _writer.Write(_room, 1, 2, 3);

        Assert.InRange(length, TransportCcWriter.MaxLength - 8, TransportCcWriter.MaxLength);
        Assert.Equal(number, Read(0).Count);
    }

    [Fact]
    public void Collecting_and_writing_allocates_nothing()
    {
        long bytes = Allocation.Measure(() =>
        {
            _writer.Start(5);
            _writer.TryAdd(5, 1_000);
            _writer.TryAdd(9, 900_000);
            _writer.Write(_room, 1, 2, 3);
        });

        Assert.Equal(0, bytes);
    }

    private List<(ushort Number, long ArrivedAtUs)> Read(long nearUs)
    {
        int length = _writer.Write(_room, 1, 2, 3);
        var reader = new RtcpReader(_room.AsSpan(0, length));
        Assert.True(reader.MoveNext());
        TransportCcView feedback = reader.Current.AsTransportCc();
        Assert.False(reader.MoveNext() || reader.IsMalformed);

        // The reference time wraps after 2^24 units of 64 ms, which these tests stay below.
        long arrivedAtUs = (long)feedback.ReferenceTime * TransportCcView.ReferenceTimeUnitUs;
        Assert.InRange(nearUs - arrivedAtUs, 0, TransportCcView.ReferenceTimeUnitUs);
        var arrivals = new List<(ushort, long)>();
        while (feedback.MoveNext())
        {
            arrivedAtUs += feedback.Delta * TransportCcView.DeltaUnitUs;
            if (feedback.IsReceived)
                arrivals.Add((feedback.SequenceNumber, arrivedAtUs));
        }

        return arrivals;
    }

    private sealed class NearlyEqual : IEqualityComparer<(ushort Number, long ArrivedAtUs)>
    {
        public bool Equals((ushort Number, long ArrivedAtUs) x, (ushort Number, long ArrivedAtUs) y) =>
            x.Number == y.Number && Math.Abs(x.ArrivedAtUs - y.ArrivedAtUs) < TransportCcView.DeltaUnitUs;

        public int GetHashCode((ushort Number, long ArrivedAtUs) item) => item.Number;
    }
}
