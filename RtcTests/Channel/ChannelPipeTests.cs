using Channel;
using Channel.Wire;
using Xunit;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace RtcTests.ChannelTests;

public sealed class ChannelPipeTests
{
    private static readonly WireLayout Layout = WireLayout.For(Release.V3_27);

    private static void Feed(ChannelReader reader, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reader.GetReceiveSpan());
        reader.Advance(bytes.Length);
    }

    /// <summary>What the writer has queued, as messages.</summary>
    private static List<string> Drain(ChannelWriter writer)
    {
        var seen = new List<string>();
        var frames = new FrameReader();
        ReadOnlySpan<byte> pending = writer.Pending;
        int total = pending.Length;
        while (!pending.IsEmpty)
        {
            Span<byte> room = frames.GetReceiveSpan();
            int count = Math.Min(room.Length, pending.Length);
            pending[..count].CopyTo(room);
            frames.Advance(count);
            pending = pending[count..];
            while (frames.TryRead(out ReadOnlySpan<byte> payload) == FrameStatus.Frame)
            {
                Assert.True(Wire.Message.Message.TryRead(payload, Layout, out var message, out var defect), defect.ToString());
                if (message.TryGetData(out Wire.Response.Response response))
                {
                    seen.Add($"{response.Id} {response.Accepted} {response.BodyType} {response.Error} {response.Reason}");
                }
                else if (message.TryGetData(out Wire.Notification.Notification notification))
                {
                    seen.Add($"{notification.HandlerId} {notification.Event} {notification.BodyType}");
                }
                else if (message.TryGetData(out Wire.Log.Log log))
                {
                    seen.Add(log.Data);
                }
            }
        }
        writer.Consume(total);
        return seen;
    }

    [Fact]
    public void MalformedFramesAreReportedAndTheNextMessageIsRead()
    {
        var reader = new ChannelReader(Layout);
        var builder = new WireBuilder(Layout);
        byte[] good = Samples.ConsumeRequest(builder);
        byte[] response = Samples.Frame(builder, Wire.Response.Response.Create(builder, id: 1));
        byte[] notification = Samples.Frame(builder, Wire.Notification.Notification.Create(builder, builder.String("x")));
        Feed(reader, [3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, .. response, .. good, .. notification, .. good.AsSpan(0, 9)]);

        var kinds = new List<IncomingKind>();
        while (reader.TryRead(out IncomingMessage message))
        {
            kinds.Add(message.Kind);
            Assert.Equal(message.Kind == IncomingKind.Malformed, message.Defect.Kind != WireDefectKind.None);
            Assert.Equal(message.Kind == IncomingKind.Request, message.Request.Id == 7);
            Assert.Equal(message.Kind == IncomingKind.Notification, message.Notification.HandlerIdUtf8.SequenceEqual("x"u8));
        }
        Assert.Equal(
            [
                IncomingKind.Malformed,
                IncomingKind.Malformed,
                IncomingKind.Unexpected,
                IncomingKind.Request,
                IncomingKind.Notification,
            ],
            kinds);
        Assert.Equal(5, reader.FrameCount);
        Assert.Equal(3, reader.DroppedCount);

        Feed(reader, good.AsSpan(9));
        Assert.True(reader.TryRead(out IncomingMessage last));
        Assert.Equal("consumer", last.Request.TryGetBody(out Wire.Transport.ConsumeRequest body) ? body.ConsumerId : "");
    }

    [Fact]
    public void AFrameOverTheLimitBreaksThePipeOnce()
    {
        var reader = new ChannelReader(Layout);
        Feed(reader, [0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4]);
        Assert.True(reader.TryRead(out IncomingMessage message));
        Assert.Equal(IncomingKind.TooLarge, message.Kind);
        Assert.False(reader.TryRead(out _));
        Assert.True(reader.IsBroken);
    }

    [Fact]
    public void MessagesLeaveInTheOrderInWhichTheyWereSent()
    {
        var writer = new ChannelWriter(Layout);
        WireBuilder b = writer.ResponseBuilder;
        WireBuilder n = writer.NotificationBuilder;
        // A response is half written while a notification and a line are sent.
        Offset<Wire.Transport.ProduceResponse> body = Wire.Transport.ProduceResponse.Create(
            b, type: Wire.RtpParameters.Type.Simulcast);
        Assert.Equal(SendResult.Queued, writer.Notify("42", Wire.Notification.Event.WorkerRunning));
        Assert.Equal(SendResult.Queued, writer.Log('W', "careful, größer"));
        Assert.Equal(SendResult.Queued, writer.Accept(1, body));
        Assert.Equal(SendResult.Queued, writer.Accept(2));
        Assert.Equal(SendResult.Queued, writer.Reject(3, ErrorKinds.NotFoundError, "no such thing"));
        Assert.Equal(SendResult.Queued, writer.Notify(
            "c"u8,
            Wire.Notification.Event.ConsumerScore,
            Wire.Consumer.ScoreNotification.Create(
                n, Wire.Consumer.ConsumerScore.Create(n, n.Vector("\u0009\u000A"u8), score: 10, producerScore: 9))));
        Assert.Equal(
            [
                "42 WorkerRunning None",
                "Wcareful, größer",
                "1 True TransportProduceResponse  ",
                "2 True None  ",
                "3 False None NotFoundError no such thing",
                "c ConsumerScore ConsumerScoreNotification",
            ],
            Drain(writer));
        Assert.True(writer.Pending.IsEmpty);
    }

    [Fact]
    public void ABodyThatWasNotFinishedIsForgottenByTheRefusal()
    {
        var writer = new ChannelWriter(Layout);
        WireBuilder b = writer.ResponseBuilder;
        Assert.Throws<InvalidOperationException>(() => Wire.Worker.CreateRouterRequest.Create(b, default));
        Assert.Throws<InvalidOperationException>(() => b.String("still inside the table"));
        writer.Reject(9, ErrorKinds.Error, "failed");
        Assert.Equal(["9 False None Error failed"], Drain(writer));
    }

    [Theory]
    [InlineData(Release.V3_27, 8_388_604)]
    [InlineData(Release.V3_19_18, 4_194_304)]
    public void AMessageOverTheLimitIsDroppedAndARequestStillAnswered(Release release, int longest)
    {
        var writer = new ChannelWriter(WireLayout.For(release));
        WireBuilder n = writer.NotificationBuilder;
        byte[] huge = new byte[longest];
        Assert.Equal(SendResult.TooBig, writer.Notify(
            "d", Wire.Notification.Event.DataConsumerMessage, Wire.DataConsumer.MessageNotification.Create(n, n.Vector(huge))));
        WireBuilder b = writer.ResponseBuilder;
        Assert.Equal(SendResult.TooBig, writer.Accept(
            5, Wire.Router.DumpResponse.Create(
                b,
                b.String(huge),
                b.StartStrings().End(),
                b.StartStrings().End(),
                b.StartList<Wire.Common.StringStringArray>().End(),
                b.StartList<Wire.Common.StringString>().End(),
                b.StartList<Wire.Common.StringStringArray>().End(),
                b.StartList<Wire.Common.StringStringArray>().End(),
                b.StartList<Wire.Common.StringString>().End())));
        Assert.Equal(["5 False None Error response too big"], Drain(writer));
        Assert.Equal(2, writer.DroppedCount);
    }

    [Fact]
    public void WhatWaitsIsBoundedAndResponsesLastLonger()
    {
        var writer = new ChannelWriter(Layout, bound: 1000);
        string line = new('x', 300);
        var results = Enumerable.Range(0, 5).Select(_ => writer.Log('D', line)).ToList();
        Assert.Equal(2, results.Count(x => x == SendResult.Queued));
        Assert.Equal(SendResult.QueueFull, results[^1]);
        Assert.Equal(SendResult.Queued, writer.Accept(1));
        for (uint id = 2; writer.Accept(id) == SendResult.Queued; id++)
        {
            Assert.True(id < 100);
        }
        Assert.InRange(writer.Pending.Length, 1900, 2000);
    }

    [Fact]
    public void WhatPeersSendLeavesRoomForTheStatesOfObjects()
    {
        var writer = new ChannelWriter(Layout, bound: 1000);
        while (writer.Notify("some id", Event.ConsumerRtp) == SendResult.Queued)
        {
            Assert.InRange(writer.Pending.Length, 0, 1000);
        }
        Assert.Equal(SendResult.QueueFull, writer.Notify("some id", Event.DirectTransportRtcp));
        Assert.Equal(SendResult.QueueFull, writer.Notify("some id", Event.ProducerVideoOrientationChange));
        Assert.Equal(SendResult.Queued, writer.Notify("some id", Event.ConsumerProducerClose));
        while (writer.Notify("some id", Event.WebRtcTransportIceStateChange) == SendResult.Queued)
        {
            Assert.InRange(writer.Pending.Length, 1000, 2000);
        }
        Assert.InRange(writer.Pending.Length, 1900, 2000);
    }

    [Fact]
    public void ALongLogLineIsCut()
    {
        var writer = new ChannelWriter(Layout);
        writer.Log('E', new string('y', 60_000));
        Assert.Equal('E' + new string('y', ChannelWriter.MaxLog), Assert.Single(Drain(writer)));
    }
}
