using System.Text;
using Channel;
using Channel.Wire;
using Rtc.Routing.Observers;
using Event = Channel.Wire.Notification.Event;
using Wire = Channel.Wire;

namespace Worker.Handlers.Notifiers;

/// <summary>Tells the application who is loud.</summary>
internal sealed class AudioLevelObserverNotifier(ChannelWriter channel, string id) : IAudioLevelObserverListener
{
    private readonly byte[] _id = Encoding.UTF8.GetBytes(id);

    /// <inheritdoc/>
    public void OnVolumes(IReadOnlyList<AudioVolume> volumes)
    {
        WireBuilder b = channel.NotificationBuilder;
        ListBuilder<Wire.AudioLevelObserver.Volume> list = b.StartList<Wire.AudioLevelObserver.Volume>();
        foreach ((string producerId, sbyte volume) in volumes)
        {
            list.Add(Wire.AudioLevelObserver.Volume.Create(b, producerId: b.String(producerId), volume: volume));
        }

        channel.Notify(
            _id,
            Event.AudioLevelObserverVolumes,
            Wire.AudioLevelObserver.VolumesNotification.Create(b, volumes: list.End()));
    }

    /// <inheritdoc/>
    public void OnSilence() => channel.Notify(_id, Event.AudioLevelObserverSilence);
}
