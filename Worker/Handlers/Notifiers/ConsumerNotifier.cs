using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Routing;
using Worker.Handlers.Converters;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to a consumer.</summary>
/// <param name="services">What the handlers of the worker share.</param>
/// <param name="id">The consumer.</param>
internal sealed class ConsumerNotifier(WorkerServices services, string id) : IConsumerListener
{
    private readonly ChannelWriter _channel = services.Channel;
    private readonly byte[] _id = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnScore(ConsumerScore score)
    {
        WireBuilder b = _channel.NotificationBuilder;
        _channel.Notify(
            _id,
            Event.ConsumerScore,
            Wire.Consumer.ScoreNotification.Create(b, score: ConsumerWriter.WriteScore(b, score)));
    }

    /// <inheritdoc/>
    public void OnLayersChange(ConsumerLayers? layers)
    {
        WireBuilder b = _channel.NotificationBuilder;
        _channel.Notify(
            _id,
            Event.ConsumerLayersChange,
            Wire.Consumer.LayersChangeNotification.Create(b, layers: ConsumerWriter.WriteLayers(b, layers)));
    }

    /// <inheritdoc/>
    public void OnProducerPaused() => _channel.Notify(_id, Event.ConsumerProducerPause);

    /// <inheritdoc/>
    public void OnProducerResumed() => _channel.Notify(_id, Event.ConsumerProducerResume);

    /// <summary>The consumer went with its producer: nothing reaches it any more.</summary>
    public void OnProducerClosed()
    {
        services.Registry.Remove(id);
        _channel.Notify(_id, Event.ConsumerProducerClose);
    }

    /// <inheritdoc/>
    public void OnTrace(RtpTrace trace) => _channel.Notify(
        _id, Event.ConsumerTrace, RtpTraceWriter.WriteConsumer(_channel.NotificationBuilder, trace));

    /// <inheritdoc/>
    public void OnRtp(ReadOnlySpan<byte> packet)
    {
        WireBuilder b = _channel.NotificationBuilder;
        _channel.Notify(_id, Event.ConsumerRtp, Wire.Consumer.RtpNotification.Create(b, data: b.Vector(packet)));
    }
}
