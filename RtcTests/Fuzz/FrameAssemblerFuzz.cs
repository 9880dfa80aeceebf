using System.Buffers.Binary;
using Worker.Net;
using Xunit;

namespace RtcTests.Fuzz;

/// <summary>
/// A byte stream, whole and cut at places that its own bytes choose: both ways must give the same frames, those that
/// a straightforward reading of RFC 4571 gives.
/// </summary>
public static class FrameAssemblerFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> stream)
    {
        List<byte[]> expected = Read(stream, out bool isBroken);
        Check(stream, expected, isBroken, step: stream.Length);
        Check(stream, expected, isBroken, step: stream.Length > 0 ? 1 + (stream[^1] % 37) : 1);
    }

    private static void Check(ReadOnlySpan<byte> stream, List<byte[]> expected, bool isBroken, int step)
    {
        FrameAssembler assembler = new() { IsPeerKnown = true };
        byte[] copy = stream.ToArray();
        int count = 0;
        bool broken = false;
        for (int position = 0; position < copy.Length && !broken; position += step)
        {
            Span<byte> input = copy.AsSpan(position, Math.Min(step, copy.Length - position));
            while (assembler.TryRead(ref input, out Span<byte> frame, out broken))
                Assert.Equal(expected[count++], frame.ToArray());
            Assert.True(broken || input.IsEmpty);
            Assert.True(assembler.AllocatedLength <= FrameAssembler.MaxFrameLength);
        }

        Assert.Equal(expected.Count, count);
        Assert.Equal(isBroken, broken);
    }

    private static List<byte[]> Read(ReadOnlySpan<byte> stream, out bool isBroken)
    {
        List<byte[]> frames = [];
        isBroken = false;
        while (stream.Length >= 2)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(stream);
            isBroken = length > FrameAssembler.MaxFrameLength - 2;
            if (isBroken || stream.Length < length + 2)
                break;
            if (length > 0)
                frames.Add(stream.Slice(2, length).ToArray());
            stream = stream[(length + 2)..];
        }

        return frames;
    }
}
