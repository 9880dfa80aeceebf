using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Routing;
using Rtc.Rtp;
using Worker.Handlers.Converters;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to a producer.</summary>
internal sealed class ProducerNotifier(ChannelWriter channel, string id) : IProducerListener
{
    private readonly byte[] _id = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnScore(ReadOnlySpan<ProducerScore> scores)
    {
        WireBuilder b = channel.NotificationBuilder;
        channel.Notify(
            _id,
            Event.ProducerScore,
            Wire.Producer.ScoreNotification.Create(b, scores: ProducerWriter.WriteScores(b, scores)));
    }

    /// <inheritdoc/>
    public void OnVideoOrientationChange(VideoOrientation orientation) => channel.Notify(
        _id,
        Event.ProducerVideoOrientationChange,
        Wire.Producer.VideoOrientationChangeNotification.Create(
            channel.NotificationBuilder,
            camera: orientation.IsBackCamera,
            flip: orientation.IsFlipped,
            rotation: orientation.Rotation));

    /// <inheritdoc/>
    public void OnTrace(RtpTrace trace) => channel.Notify(
        _id, Event.ProducerTrace, RtpTraceWriter.WriteProducer(channel.NotificationBuilder, trace));
}
