using Channel;
using Channel.Wire;
using Rtc.Transports;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to a DirectTransport.</summary>
internal sealed class DirectTransportNotifier(ChannelWriter channel, string id)
    : TransportNotifier(channel, id), IDirectTransportListener
{
    /// <inheritdoc/>
    public void OnRtcp(ReadOnlySpan<byte> rtcp)
    {
        WireBuilder b = Channel.NotificationBuilder;
        Channel.Notify(
            Id, Event.DirectTransportRtcp, Wire.DirectTransport.RtcpNotification.Create(b, data: b.Vector(rtcp)));
    }
}
