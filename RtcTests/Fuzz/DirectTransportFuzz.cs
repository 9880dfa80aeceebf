using Rtc.Routing;
using Rtc.Routing.Observers;
using Rtc.Transports;
using RtcTests.Routing;
using RtcTests.Transports;

namespace RtcTests.Fuzz;

/// <summary>
/// A session out of bytes on a DirectTransport: RTP, RTCP and messages, each behind two bytes of length, with observers
/// that watch. Whatever they hold, all is given back when the router closes.
/// </summary>
internal static class DirectTransportFuzz
{
    /// <summary>Returns how many packets and messages came out; throws only on a defect.</summary>
    public static int Fuzz(ReadOnlySpan<byte> input)
    {
        var room = new Room();
        var events = new RecordingListener();
        var options = new TransportOptions { Direct = true, MaxSendMessageSize = 512, MaxReceiveMessageSize = 512 };
        var transport = new DirectTransport("direct", options, room.Router, events);
        room.Router.AddTransport(transport);
        transport.Produce(DirectTransportTests.AudioProducer(), events, room.NowUs);
        Consumer consumer = transport.Consume(DirectTransportTests.AudioConsumer("c", 5000), events, room.NowUs);
        transport.Start(consumer, room.NowUs);
        DataProducer data = transport.Data.Produce(new() { Id = "dp", Type = DataChannelType.Direct });
        transport.Data.Consume(new() { Id = "dc", DataProducerId = "dp", Type = DataChannelType.Direct }, events);
        var speakers = new ActiveSpeakerObserver("speakers", room.Router, 100, events, room.NowUs);
        room.Router.AddObserver(speakers);
        speakers.AddProducer("p", room.NowUs);

        while (input.Length > 2)
        {
            int length = Math.Min(input.Length - 2, ((input[0] << 8) | input[1]) & 0x3FF);
            ReadOnlySpan<byte> bytes = input.Slice(2, length);
            input = input[(2 + length)..];
            if (length > 1 && bytes[1] is >= 192 and <= 223)
                transport.OnRtcp(bytes, room.NowUs);
            else if (length > 1 && bytes[0] is >= 128 and <= 191)
                transport.Application.OnRtp(bytes, room.NowUs);
            else
                transport.Application.OnMessage(data, new DataMessage(51, bytes), room.NowUs);
            room.Advance(20);
        }

        room.Router.Close(room.NowUs);
        if (room.Memory.InUseCount != 0)
            throw new InvalidOperationException(string.Join('\n', room.Memory.DescribeOutstanding()));
        if (room.Environment.Deadlines.Count != 0)
            throw new InvalidOperationException($"'{room.Environment.Deadlines.NextLabel}' is still due");

        return events.Rtp.Count + events.Messages.Count;
    }
}
