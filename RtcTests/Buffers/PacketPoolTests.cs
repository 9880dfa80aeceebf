using Rtc.Buffers;
using Xunit;

namespace RtcTests.Buffers;

public class PacketPoolTests
{
    [Theory]
    [InlineData(0, PacketPool.SmallCapacity)]
    [InlineData(1, PacketPool.SmallCapacity)]
    [InlineData(PacketPool.SmallCapacity, PacketPool.SmallCapacity)]
    [InlineData(PacketPool.SmallCapacity + 1, 4_096)]
    [InlineData(4_096, 4_096)]
    [InlineData(4_097, 8_192)]
    [InlineData(9_000, 16_384)]
    [InlineData(32_768, 32_768)]
    [InlineData(32_769, PacketPool.LargeCapacity)]
    [InlineData(65_537, PacketPool.LargeCapacity)]
    [InlineData(PacketPool.LargeCapacity, PacketPool.LargeCapacity)]
    public void Rent_gives_a_slot_of_the_smallest_class_that_fits(int asked, int expected)
    {
        var pool = new PacketPool();

        Assert.True(pool.TryRent(asked, BufferPurpose.Test, out PacketBuffer? buffer));

        Assert.Equal(expected, buffer.Capacity);
        Assert.Equal(expected, buffer.Span.Length);
        Assert.Equal(1, buffer.ReferenceCount);
    }

    [Fact]
    public void Rent_above_every_slot_is_refused_and_counted()
    {
        var pool = new PacketPool();

        Assert.False(pool.TryRent(PacketPool.LargeCapacity + 1, BufferPurpose.Test, out _));

        Assert.Equal(1, pool.RefusedCount);
        Assert.Equal(0, pool.ReservedBytes);
    }

    [Fact]
    public void The_slot_given_back_last_is_rented_first()
    {
        var pool = new PacketPool();
        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? first);
        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? second);
        first!.Release(BufferPurpose.Test);
        second!.Release(BufferPurpose.Test);

        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? third);

        Assert.Same(second, third);
    }

    [Fact]
    public void Slots_do_not_overlap()
    {
        var pool = new PacketPool();
        var buffers = new List<PacketBuffer>();
        for (int i = 0; i < 300; i++)
        {
            Assert.True(pool.TryRent(PacketPool.SmallCapacity, BufferPurpose.Test, out PacketBuffer? buffer));
            buffer.Span.Fill((byte)i);
            buffers.Add(buffer);
        }

        for (int i = 0; i < buffers.Count; i++)
            Assert.Equal(-1, buffers[i].Span.IndexOfAnyExcept((byte)i));
    }

    [Fact]
    public void The_bound_holds_and_what_comes_back_can_be_rented_again()
    {
        const int SmallSlots = 128;
        var pool = new PacketPool(maxBytes: SmallSlots * PacketPool.SmallCapacity);
        List<PacketBuffer> rented = [];
        while (pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? buffer))
            rented.Add(buffer);

        Assert.Equal(SmallSlots, rented.Count);
        Assert.False(pool.TryRent(60_000, BufferPurpose.Test, out _));
        rented[7].Release(BufferPurpose.Test);
        Assert.True(pool.TryRent(100, BufferPurpose.Test, out _));

        Assert.Equal(2, pool.RefusedCount);
        Assert.Equal(pool.MaxBytes, pool.ReservedBytes);
        Assert.Equal(SmallSlots + 1, pool.RentedCount);
    }

    [Theory]
    [InlineData(2_049)]
    [InlineData(20_000)]
    [InlineData(60_000)]
    public void Long_packets_take_a_share_only_and_give_it_back(int length)
    {
        var pool = new PacketPool(maxBytes: 64 * 1024 * 1024);
        for (int round = 0; round < 3; round++)
        {
            List<PacketBuffer> rented = [];
            while (pool.TryRent(length, BufferPurpose.Test, out PacketBuffer? buffer))
                rented.Add(buffer);

            Assert.InRange(pool.ReservedBytes, pool.MaxLongBytes - PacketPool.LargeCapacity, pool.MaxLongBytes);
            Assert.InRange(pool.InUseBytes, 0, rented.Count * 2L * length);
            foreach (PacketBuffer buffer in rented)
                buffer.Release(BufferPurpose.Test);

            Assert.InRange(pool.ReservedBytes, 0, 5 * 1024 * 1024);
        }

        List<PacketBuffer> usual = [];
        while (pool.TryRent(1_200, BufferPurpose.Test, out PacketBuffer? buffer))
            usual.Add(buffer);
        Assert.InRange(usual.Count * (long)PacketPool.SmallCapacity, pool.MaxBytes * 3 / 4, pool.MaxBytes);
    }

    [Fact]
    public void Records_have_slabs_of_their_own_within_the_same_bound()
    {
        var pool = new PacketPool(maxBytes: 2 * 128 * PacketPool.SmallCapacity);
        Assert.True(pool.TryRentRecords(BufferPurpose.Test, out PacketBuffer? record));
        Assert.Equal(PacketPool.RecordsCapacity, record.Capacity);
        Assert.Equal(PacketPool.RecordsCapacity, record.Span.Length);
        Assert.Equal(pool.MaxBytes / 2, pool.ReservedBytes);
        Assert.True(pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? packet));
        Assert.Equal(pool.MaxBytes, pool.ReservedBytes);
        record.Release(BufferPurpose.Test);
        packet.Release(BufferPurpose.Test);

        Assert.True(pool.TryRent(PacketPool.SmallCapacity, BufferPurpose.Test, out PacketBuffer? second));
        Assert.Same(packet, second);
        Assert.True(pool.TryRentRecords(BufferPurpose.Test, out PacketBuffer? third));
        Assert.Same(record, third);
        Assert.False(pool.TryRent(3_000, BufferPurpose.Test, out _));
    }

    [Fact]
    public void A_slot_is_free_after_the_last_reference_only()
    {
        var pool = new PacketPool();
        pool.TryRent(100, BufferPurpose.Forwarding, out PacketBuffer? buffer);
        buffer!.AddReference(BufferPurpose.Retransmission);
        Assert.Equal(1, pool.GetReferenceCount(BufferPurpose.Retransmission));

        Assert.False(buffer.Release(BufferPurpose.Forwarding));
        Assert.Equal(1, pool.InUseCount);
        Assert.Equal(PacketPool.SmallCapacity, pool.InUseBytes);
        Assert.True(buffer.Release(BufferPurpose.Retransmission));

        Assert.Equal(0, pool.InUseCount);
        Assert.Equal(0, pool.InUseBytes);
        Assert.Equal(0, pool.GetReferenceCount(BufferPurpose.Forwarding));
        Assert.Equal(0, pool.GetReferenceCount(BufferPurpose.Retransmission));
    }

    [Fact]
    public void Double_release_throws_and_leaves_the_pool_whole()
    {
        var pool = new PacketPool();
        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? buffer);
        buffer!.Release(BufferPurpose.Test);

        Assert.Throws<InvalidOperationException>(() => buffer.Release(BufferPurpose.Test));
        Assert.Throws<InvalidOperationException>(() => buffer.AddReference(BufferPurpose.Test));

        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? one);
        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? other);
        Assert.NotSame(one, other);
    }

    [Fact]
    public void What_was_not_given_back_is_described()
    {
        var pool = new PacketPool();
        pool.TryRent(100, BufferPurpose.Retransmission, out PacketBuffer? kept);
        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? returned);
        returned!.Release(BufferPurpose.Test);

        string line = Assert.Single(pool.DescribeOutstanding());
#if DEBUG
        Assert.Equal("2048 bytes held by Retransmission 1", line);
#else
        Assert.Equal("1 buffers of 2048 bytes", line);
#endif
        kept!.Release(BufferPurpose.Retransmission);
        Assert.Empty(pool.DescribeOutstanding());
    }

#if DEBUG
    [Fact]
    public void A_reference_given_back_for_another_purpose_throws()
    {
        var pool = new PacketPool();
        pool.TryRent(100, BufferPurpose.Forwarding, out PacketBuffer? buffer);

        Assert.Throws<InvalidOperationException>(() => buffer!.Release(BufferPurpose.Retransmission));
        Assert.Equal(1, buffer!.ReferenceCount);
    }

    [Fact]
    public void A_slot_given_back_is_poisoned()
    {
        var pool = new PacketPool();
        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? buffer);
        Span<byte> outlived = buffer!.Span;
        outlived.Fill(1);

        buffer.Release(BufferPurpose.Test);

        Assert.Equal(-1, outlived.IndexOfAnyExcept((byte)0xAA));
    }

    [Fact]
    public void Reading_a_free_slot_throws()
    {
        var pool = new PacketPool();
        pool.TryRent(100, BufferPurpose.Test, out PacketBuffer? buffer);
        buffer!.Release(BufferPurpose.Test);

        Assert.Throws<InvalidOperationException>(() => buffer.Span.Length);
    }
#endif

    [Fact]
    public void Renting_and_releasing_allocates_nothing_once_warm()
    {
        var pool = new PacketPool();

        long bytes = Allocation.Measure(() =>
        {
            pool.TryRent(1200, BufferPurpose.Forwarding, out PacketBuffer? small);
            pool.TryRent(50_000, BufferPurpose.Message, out PacketBuffer? large);
            small!.AddReference(BufferPurpose.Retransmission);
            small.Release(BufferPurpose.Forwarding);
            small.Release(BufferPurpose.Retransmission);
            large!.Release(BufferPurpose.Message);
        });

        Assert.Equal(0, bytes);
    }
}
