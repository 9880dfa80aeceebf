using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to a PlainTransport.</summary>
internal sealed class PlainTransportNotifier(ChannelWriter channel, string id) : IPlainTransportListener
{
    private readonly byte[] _id = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnTuple(TupleInfo tuple)
    {
        WireBuilder b = channel.NotificationBuilder;
        channel.Notify(
            _id,
            Event.PlainTransportTuple,
            Wire.PlainTransport.TupleNotification.Create(b, tuple: TupleWriter.Write(b, tuple)));
    }

    /// <inheritdoc/>
    public void OnRtcpTuple(TupleInfo tuple)
    {
        WireBuilder b = channel.NotificationBuilder;
        channel.Notify(
            _id,
            Event.PlainTransportRtcpTuple,
            Wire.PlainTransport.RtcpTupleNotification.Create(b, tuple: TupleWriter.Write(b, tuple)));
    }

    /// <inheritdoc/>
    public void OnTrace(TransportTraceEventTypes type, long timestampMs) => channel.Notify(
        _id, Event.TransportTrace, TransportWriter.WriteTrace(channel.NotificationBuilder, type, timestampMs));
}
