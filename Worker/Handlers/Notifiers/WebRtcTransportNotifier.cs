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
internal sealed class WebRtcTransportNotifier(ChannelWriter channel, string id)
    : TransportNotifier(channel, id), IWebRtcTransportListener
{
    /// <inheritdoc/>
    public void OnIceSelectedTupleChange(TupleInfo tuple)
    {
        WireBuilder b = Channel.NotificationBuilder;
        Channel.Notify(
            Id,
            Event.WebRtcTransportIceSelectedTupleChange,
            Wire.WebRtcTransport.IceSelectedTupleChangeNotification.Create(b, tuple: TupleWriter.Write(b, tuple)));
    }

    /// <inheritdoc/>
    public void OnIceStateChange(IceState state) => Channel.Notify(
        Id,
        Event.WebRtcTransportIceStateChange,
        Wire.WebRtcTransport.IceStateChangeNotification.Create(
            Channel.NotificationBuilder, iceState: WebRtcTransportWriter.ToWire(state)));

    /// <inheritdoc/>
    public void OnDtlsStateChange(DtlsState state, string? remoteCertificatePem)
    {
        WireBuilder b = Channel.NotificationBuilder;
        Channel.Notify(
            Id,
            Event.WebRtcTransportDtlsStateChange,
            Wire.WebRtcTransport.DtlsStateChangeNotification.Create(
                b, dtlsState: WebRtcTransportWriter.ToWire(state), remoteCert: b.String(remoteCertificatePem)));
    }
}
