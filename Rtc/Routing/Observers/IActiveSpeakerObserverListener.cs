namespace Rtc.Routing.Observers;

/// <summary>What the application is told by an <see cref="ActiveSpeakerObserver"/>.</summary>
public interface IActiveSpeakerObserverListener
{
    /// <summary>Another producer has the floor.</summary>
    void OnDominantSpeaker(string producerId);
}
