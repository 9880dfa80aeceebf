using System.Text;
using Channel;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Event = Channel.Wire.Notification.Event;

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
}
