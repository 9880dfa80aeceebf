using Channel;
using Channel.Wire;
using Wire = Channel.Wire;

namespace Benchmarks.Micro.Operations;

/// <summary>Cuts a request out of the pipe's bytes, verifies it and reads what the dispatcher reads.</summary>
internal sealed class ReadRequest : Operation
{
    private readonly ChannelReader _reader;
    private readonly byte[] _frame;

    public ReadRequest()
    {
        WireLayout layout = WireLayout.For(Release.V3_27);
        _reader = new ChannelReader(layout);
        var b = new WireBuilder(layout);
        var request = Wire.Request.Request.Create(
            b,
            handlerId: b.String("5d1b7a0e-transport"),
            id: 7,
            method: Wire.Request.Method.PlainTransportConnect,
            body: Wire.PlainTransport.ConnectRequest.Create(b, ip: b.String("127.0.0.1"), port: 5000));
        _frame = b.FinishSizePrefixed(Wire.Message.Message.Create(b, request).Value).ToArray();
    }

    public override void Run()
    {
        _frame.CopyTo(_reader.GetReceiveSpan());
        _reader.Advance(_frame.Length);
        Expect(
            _reader.TryRead(out IncomingMessage message) && message.Kind == IncomingKind.Request &&
            message.Request.Id == 7 && message.Request.HandlerIdUtf8.Length > 0 &&
            message.Request.TryGetBody(out Wire.PlainTransport.ConnectRequest connect) && connect.Port == 5000);
    }
}

/// <summary>Writes a consumer's score as a notification and takes its bytes off the queue.</summary>
internal sealed class WriteNotification : Operation
{
    private readonly ChannelWriter _writer = new(WireLayout.For(Release.V3_27));

    public override void Run()
    {
        ReadOnlySpan<byte> scores = [10];
        WireBuilder b = _writer.NotificationBuilder;
        Offset<Wire.Consumer.ConsumerScore> score =
            Wire.Consumer.ConsumerScore.Create(b, b.Vector(scores), score: 10, producerScore: 10);
        Expect(_writer.Notify(
            "5d1b7a0e-consumer"u8, Wire.Notification.Event.ConsumerScore,
            Wire.Consumer.ScoreNotification.Create(b, score)) == SendResult.Queued);
        _writer.Consume(_writer.Pending.Length);
    }
}
