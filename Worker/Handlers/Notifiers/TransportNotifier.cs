using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Congestion;
using Rtc.Sctp;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application what happens to any transport.</summary>
internal class TransportNotifier(ChannelWriter channel, string id) : ITransportListener
{
    /// <summary>Where notifications go.</summary>
    protected ChannelWriter Channel { get; } = channel;

    /// <summary>The transport's id, UTF-8.</summary>
    protected byte[] Id { get; } = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnTrace(TransportTraceEventTypes type, long timestampMs) => Channel.Notify(
        Id, Event.TransportTrace, TransportWriter.WriteTrace(Channel.NotificationBuilder, type, timestampMs));

    /// <inheritdoc/>
    public void OnBweTrace(in BweTrace bitrates, long timestampMs) => Channel.Notify(
        Id, Event.TransportTrace, TransportWriter.WriteTrace(Channel.NotificationBuilder, bitrates, timestampMs));

    /// <inheritdoc/>
    public void OnSctpStateChange(SctpState state) => Channel.Notify(
        Id,
        Event.TransportSctpStateChange,
        Wire.Transport.SctpStateChangeNotification.Create(
            Channel.NotificationBuilder, sctpState: SctpWriter.ToWire(state)));

    /// <inheritdoc/>
    public void OnSctpNegotiatedCapabilities(ushort outgoingStreams, ushort incomingStreams)
    {
        WireBuilder b = Channel.NotificationBuilder;
        Channel.Notify(
            Id,
            Event.TransportSctpNegotiatedCapabilities,
            Wire.Transport.SctpNegotiatedCapabilitiesNotification.Create(
                b, negotiatedCapabilities: SctpWriter.WriteCapabilities(b, outgoingStreams, incomingStreams)));
    }
}
