using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to a WebRtcTransport.</summary>
internal sealed class WebRtcTransportNotifier(ChannelWriter channel, string id) : IWebRtcTransportListener
{
    private readonly byte[] _id = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnIceSelectedTupleChange(TupleInfo tuple)
    {
        WireBuilder b = channel.NotificationBuilder;
        channel.Notify(
            _id,
            Event.WebRtcTransportIceSelectedTupleChange,
            Wire.WebRtcTransport.IceSelectedTupleChangeNotification.Create(b, tuple: TupleWriter.Write(b, tuple)));
    }

    /// <inheritdoc/>
    public void OnIceStateChange(IceState state) => channel.Notify(
        _id,
        Event.WebRtcTransportIceStateChange,
        Wire.WebRtcTransport.IceStateChangeNotification.Create(
            channel.NotificationBuilder, iceState: WebRtcTransportWriter.ToWire(state)));

    /// <inheritdoc/>
    public void OnDtlsStateChange(DtlsState state, string? remoteCertificatePem)
    {
        WireBuilder b = channel.NotificationBuilder;
        channel.Notify(
            _id,
            Event.WebRtcTransportDtlsStateChange,
            Wire.WebRtcTransport.DtlsStateChangeNotification.Create(
                b, dtlsState: WebRtcTransportWriter.ToWire(state), remoteCert: b.String(remoteCertificatePem)));
    }

    /// <inheritdoc/>
    public void OnTrace(TransportTraceEventTypes type, long timestampMs) => channel.Notify(
        _id, Event.TransportTrace, TransportWriter.WriteTrace(channel.NotificationBuilder, type, timestampMs));
}
