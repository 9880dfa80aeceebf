using Channel;
using Channel.Wire;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.ChannelTests;

public sealed class AllocationTests
{
    private const int Rounds = 1000;

    private readonly ChannelReader _reader;
    private readonly ChannelWriter _writer;
    private readonly byte[] _request;
    private readonly byte[] _scores = [10, 9, 8];
    private long _sum;

    public AllocationTests()
    {
        WireLayout layout = WireLayout.For(Release.V3_27);
        _reader = new ChannelReader(layout);
        _writer = new ChannelWriter(layout);
        _request = Samples.ConsumeRequest(new WireBuilder(layout));
    }

    [Fact]
    public void AMessageInAndItsAnswersOutAllocateNothing()
    {
        for (int i = 0; i < Rounds; i++)
        {
            Round();
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            Round();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(_sum > 0);
    }

    private void Round()
    {
        _request.CopyTo(_reader.GetReceiveSpan());
        _reader.Advance(_request.Length);
        while (_reader.TryRead(out IncomingMessage message))
        {
            Answer(message.Request);
        }
        _sum += _writer.Pending.Length;
        _writer.Consume(_writer.Pending.Length);
    }

    private void Answer(Wire.Request.Request request)
    {
        if (request.TryGetBody(out Wire.Transport.ConsumeRequest body))
        {
            Read(body);
        }
        WireBuilder b = _writer.ResponseBuilder;
        _writer.Accept(request.Id, Wire.Transport.ConsumeResponse.Create(
            b,
            Wire.Consumer.ConsumerScore.Create(b, b.Vector(_scores), score: 10),
            paused: true,
            preferredLayers: Wire.Consumer.ConsumerLayers.Create(b, spatialLayer: 1)));
        WireBuilder n = _writer.NotificationBuilder;
        ListBuilder<Wire.Producer.Score> scores = n.StartList<Wire.Producer.Score>();
        for (uint i = 0; i < 3; i++)
        {
            scores.Add(Wire.Producer.Score.Create(n, ssrc: i, rid: n.String("r0"), score: 7));
        }
        _writer.Notify(
            request.HandlerIdUtf8,
            Wire.Notification.Event.ProducerScore,
            Wire.Producer.ScoreNotification.Create(n, scores.End()));
        _writer.Log('D', "a line");
    }

    private void Read(Wire.Transport.ConsumeRequest body)
    {
        _sum += body.ConsumerIdUtf8.Length + (int)body.Kind;
        foreach (Wire.RtpParameters.RtpCodecParameters codec in body.RtpParameters.Codecs)
        {
            _sum += codec.MimeTypeUtf8.Length + codec.ClockRate + (codec.Channels ?? 1);
            foreach (Wire.RtpParameters.Parameter parameter in codec.Parameters)
            {
                _sum += parameter.TryGetValue(out Wire.RtpParameters.Integer32 number) ? number.Value : 0;
            }
        }
        foreach (Wire.RtpParameters.RtpEncodingParameters encoding in body.ConsumableRtpEncodings)
        {
            _sum += (long)(encoding.MaxBitrate ?? 0) + (encoding.Ssrc ?? 0);
        }
    }
}
