using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Routing.Observers;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application who has the floor.</summary>
internal sealed class ActiveSpeakerObserverNotifier(ChannelWriter channel, string id) : IActiveSpeakerObserverListener
{
    private readonly byte[] _id = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnDominantSpeaker(string producerId)
    {
        WireBuilder b = channel.NotificationBuilder;
        channel.Notify(
            _id,
            Event.ActiveSpeakerObserverDominantSpeaker,
            Wire.ActiveSpeakerObserver.DominantSpeakerNotification.Create(b, producerId: b.String(producerId)));
    }
}
