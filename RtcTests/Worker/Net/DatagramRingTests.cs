using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public unsafe class DatagramRingTests
{
    [Fact]
    public void Keeps_order_names_and_bytes_over_many_turns_and_stays_within_its_bound()
    {
        const int Bound = 40_000;
        using DatagramRing ring = new(Bound);
        Random random = new(1);
        Queue<(byte[] Name, byte[] Bytes)> expected = new();
        for (int step = 0; step < 20_000; step++)
        {
            if (random.Next(100) < 55)
            {
                byte[] name = new byte[random.Next(2) * 28];
                byte[] bytes = new byte[random.Next(1, 1_500)];
                random.NextBytes(name);
                random.NextBytes(bytes);
                int dropped = ring.Append(name, bytes);
                expected.Enqueue((name, bytes));
                for (int i = 0; i < dropped; i++)
                    expected.Dequeue();
            }
            else if (ring.Count > 0)
            {
                AssertFirst(ring, expected.Dequeue());
                ring.RemoveFirst();
            }

            Assert.Equal(expected.Count, ring.Count);
            Assert.InRange(ring.UsedBytes, 0, Bound);
            Assert.InRange(ring.AllocatedBytes, 0, 3 * Bound);
        }

        int position = ring.Count > 0 ? ring.First : -1;
        foreach ((byte[] name, byte[] bytes) in expected)
        {
            position = ring.Read(position, out byte* n, out int nameLength, out byte* d, out int length);
            Assert.Equal(name, new ReadOnlySpan<byte>(n, nameLength).ToArray());
            Assert.Equal(bytes, new ReadOnlySpan<byte>(d, length).ToArray());
        }

        Assert.Equal(-1, position);
    }

    [Fact]
    public void What_is_longer_than_the_bound_is_dropped_itself()
    {
        using DatagramRing ring = new(1_000);
        Assert.Equal(0, ring.Append([], new byte[500]));
        Assert.Equal(1, ring.Append([], new byte[1_000]));
        Assert.Equal(1, ring.Count);
    }

    [Fact]
    public void An_empty_ring_gives_its_memory_back()
    {
        using DatagramRing ring = new(100_000);
        ring.Append([], new byte[5_000]);
        Assert.True(ring.AllocatedBytes > 0);
        ring.RemoveFirst();
        ring.Trim();
        Assert.Equal(0, ring.AllocatedBytes);
        Assert.Equal(0, ring.Append([], [1]));
        Assert.Equal(1, ring.Count);
    }

    private static void AssertFirst(DatagramRing ring, (byte[] Name, byte[] Bytes) expected)
    {
        ring.Read(ring.First, out byte* name, out int nameLength, out byte* datagram, out int length);
        Assert.Equal(expected.Name, new ReadOnlySpan<byte>(name, nameLength).ToArray());
        Assert.Equal(expected.Bytes, new ReadOnlySpan<byte>(datagram, length).ToArray());
    }
}
