using Rtc.Buffers;
using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Rtc.Streams;
using Xunit;

namespace RtcTests.Streams;

public sealed class RetransmissionBufferTests : IDisposable
{
    // How many that cannot be sent again are held at most.
    private const int MostOver = RetransmissionBuffer.BatchLength - 1;

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
            Assert.InRange(_buffer.Span, 1, 100 + MostOver);
            Assert.Equal(i >= 99, _buffer.Contains((ushort)(i - 99)));
            Assert.False(_buffer.Contains((ushort)(i - 100)));
            Assert.Equal(_buffer.Span, _packet.ReferenceCount - 1);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(32_768)]
    public void Any_bound_is_kept_to_the_number(int maxPackets)
    {
        var buffer = new RetransmissionBuffer(maxPackets, maxAgeMs: 1000, clockRate: 90_000);
        for (int i = 0; i < 70_000; i++)
            Assert.True(buffer.TryInsert(_packet, (ushort)i, 1, marker: false, default));

        Assert.True(buffer.Contains((ushort)(70_000 - maxPackets)));
        Assert.False(buffer.Contains((ushort)(70_000 - maxPackets - 1)));
        Assert.InRange(_packet.ReferenceCount, 1 + maxPackets, 1 + maxPackets + MostOver);
        buffer.Clear();
        Assert.Equal(1, _packet.ReferenceCount);
    }

    [Fact]
    public void Packets_are_given_back_in_batches()
    {
        for (ushort number = 32; number < 64; number++)
            Assert.True(Insert(number, (uint)(number * 1000)));

        // 47 is the last of a batch, and young enough to the tick.
        Assert.True(Insert(64, (47 * 1000) + 90_000));
        Assert.False(_buffer.Contains(46));
        Assert.True(_buffer.Contains(47));
        Assert.Equal(1 + 33, _packet.ReferenceCount);

        Assert.True(Insert(65, (47 * 1000) + 90_001));
        Assert.False(_buffer.Contains(47));
        Assert.True(_buffer.Contains(48));
        Assert.Equal(1 + 18, _packet.ReferenceCount);
    }

    [Fact]
    public void A_slow_stream_holds_less_than_a_batch_too_long()
    {
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(Insert((ushort)i, (uint)i * 90_000));
            Assert.True(_buffer.Contains((ushort)i));
            Assert.Equal(i > 0, _buffer.Contains((ushort)(i - 1)));
            Assert.False(_buffer.Contains((ushort)(i - 2)));
            Assert.InRange(_packet.ReferenceCount, 2, 1 + 2 + MostOver);
        }
    }

    [Fact]
    public void A_late_packet_is_placed_among_those_that_can_be_sent_again()
    {
        Insert(20, 0);
        Insert(25, 80_000);
        Insert(26, 100_000);

        // 20 is held as long as 25 but is over: 19 may say anything about when it was sent.
        Assert.Equal(4, _packet.ReferenceCount);
        Assert.True(Insert(19, 50_000));
        Assert.Equal(4, _packet.ReferenceCount);
        Assert.True(_buffer.Contains(19));
        Assert.False(_buffer.Contains(20));
    }

    [Fact]
    public void Timestamps_that_go_round_within_a_batch_do_not_make_it_young()
    {
        var buffer = new RetransmissionBuffer(maxPackets: 100, maxAgeMs: int.MaxValue, clockRate: uint.MaxValue);
        uint step = int.MaxValue / RetransmissionBuffer.BatchLength;
        for (uint i = 0; i < 1000; i++)
        {
            Assert.True(buffer.TryInsert(_packet, (ushort)i, i * step, marker: false, default));
            for (uint back = 2; back < 64; back++)
                Assert.False(buffer.Contains((ushort)(i - back)));
        }

        Assert.True(buffer.Contains(998));
        buffer.Clear();
    }

    [Fact]
    public void What_was_remembered_is_what_was_sent()
    {
        for (ushort i = 1; i <= 600; i++)
        {
            PictureNumbers numbers = i % 3 == 0 ? default : new PictureNumbers(i, (byte)i);
            Assert.True(_buffer.TryInsert(_packet, i, i, marker: i % 2 == 0, numbers));
            ref SentRtp sent = ref _buffer[_buffer.IndexOf(i)];
            sent.TransportCc = 7;
            sent.SetRetransmitted(i);
        }

        for (ushort i = 501; i <= 600; i++)
        {
            SentRtp sent = _buffer[_buffer.IndexOf(i)];
            Assert.Same(_packet, _buffer.PacketOf(sent));
            Assert.Equal((uint)i, sent.Timestamp);
            Assert.Equal(i % 2 == 0, sent.Marker);
            Assert.Equal(i % 3 != 0, sent.PictureNumbers.IsRewritten);
            Assert.Equal(i % 3 == 0 ? 0 : i, sent.PictureNumbers.PictureId);
            Assert.Equal(i % 3 == 0 ? 0 : (byte)i, sent.PictureNumbers.Tl0PictureIndex);
            Assert.True(sent.IsRetransmitted);
        }

        // What took the place of other records has nothing of them.
        Assert.True(Insert(601, 601));
        Assert.False(_buffer[_buffer.IndexOf(601)].IsRetransmitted);
        Assert.Equal(0, _buffer[_buffer.IndexOf(601)].TransportCc);
    }

    [Fact]
    public void When_a_packet_was_sent_again_is_known_to_the_millisecond()
    {
        SentRtp sent = default;
        Assert.False(sent.IsRetransmittedWithin(long.MaxValue, 5_000_000));
        sent.SetRetransmitted(5_000_000);
        Assert.True(sent.IsRetransmittedWithin(100_000, 5_000_000));
        Assert.True(sent.IsRetransmittedWithin(100_000, 5_100_000));
        Assert.False(sent.IsRetransmittedWithin(100_000, 5_101_000));
        sent.SetRetransmitted(65_535_999);
        Assert.True(sent.IsRetransmittedWithin(1000, 65_536_000));
        Assert.False(sent.IsRetransmittedWithin(1000, 65_537_000));
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
        RetransmissionBuffer wide = Wide();
        Assert.True(wide.TryInsert(_packet, 255, 1, marker: false, default));
        Assert.Equal(1, CountRecordChunks());
        Assert.True(wide.TryInsert(_packet, 256, 1, marker: false, default));
        Assert.Equal(2, CountRecordChunks());
        Assert.True(wide.TryInsert(_packet, 520, 1, marker: false, default));
        Assert.Equal(3, CountRecordChunks());
        Assert.False(wide.Contains(400));

        // 255 is too old now, and what is between it and 520.
        Assert.True(wide.TryInsert(_packet, 521, 90_002, marker: false, default));
        Assert.Equal(1, CountRecordChunks());
        wide.Clear();
        Assert.Equal(0, CountRecordChunks());
    }

    [Fact]
    public void A_packet_is_not_kept_where_there_is_no_memory_for_its_record()
    {
        while (_memory.TryRentRecords(BufferPurpose.Test, out PacketBuffer? taken))
            _taken.Add(taken);

        RetransmissionBuffer wide = Wide();
        Assert.False(wide.TryInsert(_packet, 300, 1, marker: false, default));
        Release(1);
        Assert.True(wide.TryInsert(_packet, 300, 1, marker: false, default));
        Assert.False(wide.TryInsert(_packet, 512, 1, marker: false, default));
        Assert.False(wide.TryInsert(_packet, 255, 1, marker: false, default));
        Assert.True(wide.TryInsert(_packet, 299, 1, marker: false, default));
        Assert.True(wide.Contains(300));
        Assert.Equal(3, _packet.ReferenceCount);
        Release(_taken.Count);
        Assert.True(wide.TryInsert(_packet, 512, 1, marker: false, default));
        wide.Clear();
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
            Assert.InRange(_buffer.Span, 0, 100 + MostOver);
            Assert.InRange(_packet.ReferenceCount, 1, 101 + MostOver);
        }

        _buffer.Clear();
        Assert.Equal(1, _packet.ReferenceCount);
        Assert.Equal(0, CountRecordChunks());
    }

    [Theory]
    [InlineData(1, 100, 1, 1, 200)]
    [InlineData(2, 100, 3, 20, 2000)]
    [InlineData(3, 100, 60, 2, 4000)]
    [InlineData(4, 100, 100, 30, 40_000)]
    [InlineData(5, 1, 3, 20, 2000)]
    [InlineData(6, 10, 3, 20, 200_000)]
    [InlineData(7, 600, 2, 200, 700)]
    [InlineData(8, 1000, 20, 40, 0)]
    public void It_keeps_what_the_model_keeps(int seed, int maxPackets, int step, int lateness, int timestampStep)
    {
        var random = new Random(seed);
        var model = new RetransmissionModel(maxPackets, maxAgeTicks: 90_000);
        var buffer = new RetransmissionBuffer(maxPackets, maxAgeMs: 1000, clockRate: 90_000);
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

            Assert.Equal(
                model.TryInsert(number, sent),
                buffer.TryInsert(_packet, number, sent, marker: false, default));
            Assert.InRange(buffer.Span, model.Span, maxPackets + MostOver);
            Assert.InRange(_packet.ReferenceCount - 1, model.Count, model.Count + MostOver);
            for (int back = -2; back < maxPackets + 30; back += 1 + random.Next(Math.Max(10, maxPackets / 10)))
            {
                ushort asked = (ushort)(newest - back);
                int index = buffer.IndexOf(asked);
                Assert.Equal(model.TimestampOf(asked), index < 0 ? null : buffer[index].Timestamp);
            }
        }

        buffer.Clear();
        Assert.Equal(1, _packet.ReferenceCount);
    }

    private static RetransmissionBuffer Wide() => new(maxPackets: 300, maxAgeMs: 1000, clockRate: 90_000);

    private int CountRecordChunks() => _memory.GetReferenceCount(BufferPurpose.RetransmissionRecords);

    private void Release(int count)
    {
        foreach (PacketBuffer buffer in _taken[..count])
            buffer.Release(BufferPurpose.Test);

        _taken.RemoveRange(0, count);
    }

    private bool Insert(ushort number, uint timestamp) => _buffer.TryInsert(_packet, number, timestamp, marker: false, default);
}
