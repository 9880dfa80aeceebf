using System.Buffers.Binary;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public class FrameAssemblerTests
{
    [Fact]
    public void Any_stream_cut_anywhere_gives_the_frames_of_the_whole()
    {
        Random random = new(7);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] stream = new byte[random.Next(0, 600)];
            random.NextBytes(stream);

            // Lengths that fit, now and then broken by a flipped bit.
            for (int position = 0; position + 2 < stream.Length;)
            {
                ushort length = (ushort)random.Next(0, 80);
                BinaryPrimitives.WriteUInt16BigEndian(stream.AsSpan(position), length);
                position += 2 + length;
            }

            if (round % 3 == 0 && stream.Length > 0)
                stream[random.Next(stream.Length)] ^= (byte)(1 << random.Next(8));
            FrameAssemblerFuzz.Fuzz(stream);
        }

        FrameAssemblerFuzz.Fuzz([0xFF, 0xFF, 1]);
        FrameAssemblerFuzz.Fuzz([0, 1, 5, 0xFF, 0xFF]);
        FrameAssemblerFuzz.Fuzz([]);
    }
}
