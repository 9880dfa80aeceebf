using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Routing;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to a data consumer.</summary>
/// <param name="services">What the handlers of the worker share.</param>
/// <param name="id">The data consumer.</param>
internal sealed class DataConsumerNotifier(WorkerServices services, string id) : IDataConsumerListener
{
    private readonly ChannelWriter _channel = services.Channel;
    private readonly byte[] _id = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnDataProducerPaused() => _channel.Notify(_id, Event.DataConsumerDataProducerPause);

    /// <inheritdoc/>
    public void OnDataProducerResumed() => _channel.Notify(_id, Event.DataConsumerDataProducerResume);

    /// <summary>The data consumer went with its data producer: nothing reaches it any more.</summary>
    public void OnDataProducerClosed()
    {
        services.Registry.Remove(id);
        _channel.Notify(_id, Event.DataConsumerDataProducerClose);
    }

    /// <summary>The data consumer went with the peer's data channel; the application is not told.</summary>
    public void OnClosedByPeer() => services.Registry.Remove(id);

    /// <inheritdoc/>
    public void OnBufferedAmountLow(uint bufferedAmount) => _channel.Notify(
        _id,
        Event.DataConsumerBufferedAmountLow,
        Wire.DataConsumer.BufferedAmountLowNotification.Create(
            _channel.NotificationBuilder, bufferedAmount: bufferedAmount));

    /// <inheritdoc/>
    public void OnSendBufferFull() => _channel.Notify(_id, Event.DataConsumerSctpSendBufferFull);

    /// <inheritdoc/>
    public void OnMessage(uint ppid, ReadOnlySpan<byte> payload)
    {
        WireBuilder b = _channel.NotificationBuilder;
        _channel.Notify(
            _id,
            Event.DataConsumerMessage,
            Wire.DataConsumer.MessageNotification.Create(b, ppid: ppid, data: b.Vector(payload)));
    }
}
