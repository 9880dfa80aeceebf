namespace Rtc.Routing.Observers;

/// <summary>What the application is told by an <see cref="AudioLevelObserver"/>.</summary>
public interface IAudioLevelObserverListener
{
    /// <summary>Who was loud in the last interval.</summary>
    /// <param name="volumes">The loudest first. Gone when the call returns.</param>
    void OnVolumes(IReadOnlyList<AudioVolume> volumes);

    /// <summary>Nobody is loud any more.</summary>
    void OnSilence();
}
