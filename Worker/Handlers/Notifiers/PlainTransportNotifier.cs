using Channel;
using Channel.Wire;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to a PlainTransport.</summary>
internal sealed class PlainTransportNotifier(ChannelWriter channel, string id)
    : TransportNotifier(channel, id), IPlainTransportListener
{
    /// <inheritdoc/>
    public void OnTuple(TupleInfo tuple)
    {
        WireBuilder b = Channel.NotificationBuilder;
        Channel.Notify(
            Id,
            Event.PlainTransportTuple,
            Wire.PlainTransport.TupleNotification.Create(b, tuple: TupleWriter.Write(b, tuple)));
    }

    /// <inheritdoc/>
    public void OnRtcpTuple(TupleInfo tuple)
    {
        WireBuilder b = Channel.NotificationBuilder;
        Channel.Notify(
            Id,
            Event.PlainTransportRtcpTuple,
            Wire.PlainTransport.RtcpTupleNotification.Create(b, tuple: TupleWriter.Write(b, tuple)));
    }
}
