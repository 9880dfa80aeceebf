using Channel;
using Channel.Wire;

namespace RtcTests.Fuzz;

/// <summary>Any bytes may come over the pipe; the reader cuts, verifies and goes on, or breaks for good.</summary>
internal static class ChannelStreamFuzz
{
    private static readonly WireLayout Layout = WireLayout.For(Release.V3_27);

    /// <summary>Returns how many requests and notifications were read; throws only on a defect.</summary>
    public static int Fuzz(ReadOnlySpan<byte> input)
    {
        var reader = new ChannelReader(Layout);
        int good = 0;
        int length = input.Length;
        while (!input.IsEmpty)
        {
            Span<byte> room = reader.GetReceiveSpan();
            int count = Math.Min(room.Length, input.Length);
            input[..count].CopyTo(room);
            reader.Advance(count);
            input = input[count..];
            while (reader.TryRead(out IncomingMessage message))
            {
                good += message.Kind is IncomingKind.Request or IncomingKind.Notification ? 1 : 0;
            }
        }
        if (good + reader.DroppedCount != reader.FrameCount || reader.FrameCount > length / 4)
        {
            throw new InvalidOperationException("frames were lost or made up");
        }
        return good;
    }
}
