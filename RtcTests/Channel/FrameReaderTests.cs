using System.Buffers.Binary;
using Channel;
using Xunit;

namespace RtcTests.ChannelTests;

public sealed class FrameReaderTests
{
    private static byte[] Frame(int length, byte fill)
    {
        byte[] frame = new byte[4 + length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        frame.AsSpan(4).Fill(fill);
        return frame;
    }

    private static void Feed(FrameReader reader, ReadOnlySpan<byte> bytes, List<byte[]> frames)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = reader.GetReceiveSpan();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            reader.Advance(count);
            bytes = bytes[count..];
            while (reader.TryRead(out ReadOnlySpan<byte> payload) == FrameStatus.Frame)
            {
                frames.Add(payload.ToArray());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public void AnyCutOfTheStreamGivesTheSameFrames(int chunk)
    {
        int[] lengths = [0, 1, 7, 300, 70_000, 2, 0, 150_000];
        byte[] stream = [.. lengths.SelectMany((x, i) => Frame(x, (byte)(i + 1)))];
        var reader = new FrameReader();
        var frames = new List<byte[]>();
        for (int at = 0; at < stream.Length; at += chunk)
        {
            Feed(reader, stream.AsSpan(at, Math.Min(chunk, stream.Length - at)), frames);
        }
        Assert.Equal(lengths, frames.Select(x => x.Length));
        Assert.All(frames.Select((x, i) => (x, i)), x => Assert.All(x.x, y => Assert.Equal(x.i + 1, y)));
    }

    [Fact]
    public void TheLongestFrameIsReadAndOneByteMoreIsNot()
    {
        var reader = new FrameReader();
        var frames = new List<byte[]>();
        Feed(reader, Frame(FrameReader.MaxFrame - 4, 1), frames);
        Assert.Equal(FrameReader.MaxFrame - 4, Assert.Single(frames).Length);

        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, FrameReader.MaxFrame - 3);
        Feed(reader, prefix, frames);
        Assert.Equal(FrameStatus.TooLarge, reader.TryRead(out _));
        Assert.Equal(FrameStatus.TooLarge, reader.TryRead(out _));
    }

    [Fact]
    public void ALengthAloneDoesNotMakeTheBufferGrow()
    {
        var reader = new FrameReader();
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, FrameReader.MaxFrame - 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        prefix.CopyTo(reader.GetReceiveSpan());
        reader.Advance(4);
        Assert.Equal(FrameStatus.Incomplete, reader.TryRead(out _));
        Assert.False(reader.GetReceiveSpan().IsEmpty);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200_000);
    }

    [Fact]
    public void AdvancingBeyondTheRoomIsRefused()
    {
        var reader = new FrameReader();
        int room = reader.GetReceiveSpan().Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Advance(-1));
    }
}
