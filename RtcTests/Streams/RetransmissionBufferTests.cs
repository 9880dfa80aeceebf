using Rtc.Buffers;
using Rtc.Rtp;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public sealed class RetransmissionBufferTests : IDisposable
{
    private readonly PacketPool _memory = new(maxBytes: 1024 * 1024);
    private readonly List<PacketBuffer> _taken = [];
    private readonly RtpPacket _packet;
    private readonly RetransmissionBuffer _buffer = new(maxPackets: 100, maxAgeMs: 1000, clockRate: 90_000);

    public RetransmissionBufferTests()
    {
        byte[] bytes = [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 42];
        Assert.True(RtpPacketView.TryParse(bytes, out RtpPacketView view));
        var extensions = new RtpExtensionList(new byte[RtpExtensionList.ScratchLength]);
        Assert.True(new RtpPacketPool(_memory).TryWrite(view, 96, 1, extensions, 0, out RtpPacket? packet));
        _packet = packet;
    }

    public void Dispose()
    {
        _buffer.Clear();
        _packet.Release(BufferPurpose.Forwarding);
        Assert.Empty(_memory.DescribeOutstanding());
    }

    [Fact]
    public void What_went_in_is_found_until_it_is_too_old()
    {
        Assert.True(Insert(1, 0));
        Assert.True(Insert(2, 45_000));
        Assert.True(Insert(3, 90_000));
        Assert.True(_buffer.Contains(1));
        Assert.True(Insert(4, 90_001));
        Assert.False(_buffer.Contains(1));
        Assert.True(_buffer.Contains(2));
        Assert.False(_buffer.Contains(5));
    }

    [Fact]
    public void The_span_is_bounded()
    {
        for (int i = 0; i < 70_000; i++)
        {
            Assert.True(Insert((ushort)i, 1));
            Assert.InRange(_buffer.Span, 1, 100);
        }

        Assert.Equal(100, _buffer.Span);
        Assert.Equal(101, _packet.ReferenceCount);
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    [InlineData(20_000, false)]
    public void A_jump_beyond_the_bound_starts_over(int jump, bool keepsOld)
    {
        Insert(65_500, 0);
        Assert.True(Insert((ushort)(65_500 + jump), 10));
        Assert.Equal(keepsOld, _buffer.Contains(65_500));
        Assert.True(_buffer.Contains((ushort)(65_500 + jump)));
    }

    [Fact]
    public void Late_packets_fill_their_place_once()
    {
        Insert(10, 100);
        Insert(14, 500);
        Assert.True(Insert(12, 300));
        Assert.False(Insert(12, 300));
        Assert.True(Insert(8, 50));
        Assert.Equal(7, _buffer.Span);
        Assert.True(_buffer.Contains(8));
        Assert.False(_buffer.Contains(9));
    }

    [Fact]
    public void Timestamps_ascend_with_numbers()
    {
        Insert(10, 1000);
        Insert(20, 2000);
        Assert.False(Insert(21, 1999));
        Assert.False(Insert(15, 999));
        Assert.True(Insert(15, 1000));
        Assert.False(Insert(17, 900));
        Assert.False(Insert(9, 1001));
        Assert.True(Insert(9, 1000));
    }

    [Fact]
    public void A_lower_number_with_a_later_timestamp_starts_over()
    {
        Insert(10, 1000);
        Insert(20, 2000);
        Assert.True(Insert(15, 2001));
        Assert.False(_buffer.Contains(10));
        Assert.False(_buffer.Contains(20));
        Assert.True(_buffer.Contains(15));
    }

    [Fact]
    public void A_higher_number_with_a_timestamp_from_long_ago_starts_over()
    {
        Insert(10, 500_000);
        Assert.False(Insert(11, 410_000));
        Assert.True(Insert(12, 409_999));
        Assert.False(_buffer.Contains(10));
        Assert.True(Insert(13, 413_000));
    }

    [Fact]
    public void What_is_too_late_is_not_kept()
    {
        Insert(100, 200_000);
        Assert.False(Insert(99, 109_999));
        Assert.True(Insert(99, 110_000));
        Assert.False(Insert(0, 110_000));
    }

    [Fact]
    public void Records_take_memory_where_there_are_packets_and_nowhere_else()
    {
        var wide = new RetransmissionBuffer(maxPackets: 300, maxAgeMs: 1000, clockRate: 90_000);
        Assert.True(wide.TryInsert(_packet, 127, 1, marker: false, default));
        Assert.Equal(1, CountRecordChunks());
        Assert.True(wide.TryInsert(_packet, 128, 1, marker: false, default));
        Assert.Equal(2, CountRecordChunks());
        Assert.True(wide.TryInsert(_packet, 260, 1, marker: false, default));
        Assert.Equal(3, CountRecordChunks());
        Assert.False(wide.Contains(200));

        // 127 is too old now, and what is between it and 260.
        Assert.True(wide.TryInsert(_packet, 261, 90_002, marker: false, default));
        Assert.Equal(1, CountRecordChunks());
        wide.Clear();
        Assert.Equal(0, CountRecordChunks());
    }

    [Fact]
    public void A_packet_is_not_kept_where_there_is_no_memory_for_its_record()
    {
        while (_memory.TryRentRecords(BufferPurpose.Test, out PacketBuffer? taken))
            _taken.Add(taken);

        Assert.False(Insert(200, 1));
        Release(1);
        Assert.True(Insert(200, 1));
        Assert.False(Insert(256, 1));
        Assert.False(Insert(127, 1));
        Assert.True(Insert(199, 1));
        Assert.True(_buffer.Contains(200));
        Assert.Equal(3, _packet.ReferenceCount);
        Release(_taken.Count);
        Assert.True(Insert(256, 1));
    }

    [Fact]
    public void Any_order_keeps_bounds_and_references()
    {
        var random = new Random(5);
        ushort number = 0;
        uint timestamp = 0;
        for (int i = 0; i < 200_000; i++)
        {
            number = (ushort)(number + random.Next(-30, 34) + (random.Next(1000) == 0 ? random.Next(65_536) : 0));
            timestamp = (uint)(timestamp + random.Next(-9000, 10_000));
            bool isIn = Insert(number, timestamp);
            Assert.True(!isIn || _buffer.Contains(number));
            Assert.InRange(_buffer.Span, 0, 100);
            Assert.InRange(_packet.ReferenceCount, 1, 101);
        }

        _buffer.Clear();
        Assert.Equal(1, _packet.ReferenceCount);
        Assert.Equal(0, CountRecordChunks());
    }

    [Theory]
    [InlineData(1, 1, 1, 200)]
    [InlineData(2, 3, 20, 2000)]
    [InlineData(3, 60, 2, 4000)]
    [InlineData(4, 100, 30, 40_000)]
    public void It_keeps_what_the_model_keeps(int seed, int step, int lateness, int timestampStep)
    {
        var random = new Random(seed);
        var model = new RetransmissionModel(maxPackets: 100, maxAgeTicks: 90_000);
        ushort newest = 65_000;
        uint timestamp = uint.MaxValue - 500_000;
        for (int i = 0; i < 10_000; i++)
        {
            ushort number = newest;
            uint sent = timestamp;
            switch (random.Next(100))
            {
                case < 80:
                    number = newest += (ushort)random.Next(1, step + 1);
                    sent = timestamp += (uint)(random.Next(3) == 0 ? random.Next(timestampStep) : 0);
                    break;
                case < 98:
                    int late = random.Next(lateness + 1);
                    number -= (ushort)late;
                    sent -= (uint)(late * random.Next(timestampStep));
                    break;
                default:
                    number = newest += (ushort)random.Next(65_536);
                    sent = timestamp += (uint)random.Next(-200_000, 200_000);
                    break;
            }

            Assert.Equal(model.TryInsert(number, sent), Insert(number, sent));
            Assert.Equal(model.Span, _buffer.Span);
            Assert.Equal(model.Count, _packet.ReferenceCount - 1);
            for (int back = -2; back < 130; back += 1 + random.Next(10))
                Assert.Equal(model.Contains((ushort)(newest - back)), _buffer.Contains((ushort)(newest - back)));
        }
    }

    private int CountRecordChunks() => _memory.GetReferenceCount(BufferPurpose.RetransmissionRecords);

    private void Release(int count)
    {
        foreach (PacketBuffer buffer in _taken[..count])
            buffer.Release(BufferPurpose.Test);

        _taken.RemoveRange(0, count);
    }

    private bool Insert(ushort number, uint timestamp) => _buffer.TryInsert(_packet, number, timestamp, marker: false, default);
}
