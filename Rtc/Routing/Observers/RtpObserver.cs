using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Routing.Observers;

/// <summary>
/// What observers of audio producers share: which producers they watch, and looking at them once an interval. They
/// know a producer's level by the audio level extension (RFC 6464) of its packets.
/// </summary>
public abstract class RtpObserver : IRtpObserver, IDeadlineOwner
{
    private readonly Router _router;
    private readonly long _intervalUs;
    private readonly Deadline _deadline;

    /// <summary>Makes an observer of nobody, which begins to count its intervals.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="router">Whose producers it can watch.</param>
    /// <param name="intervalMs">How often it looks.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    private protected RtpObserver(string id, Router router, int intervalMs, long nowUs)
    {
        Id = id;
        _router = router;
        _intervalUs = intervalMs * 1000L;
        _deadline = router.Environment.Deadlines.Create(this, "rtp-observer");
        _deadline.Set(nowUs + _intervalUs);
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <summary>Whether the application paused it: it neither listens nor looks.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Begins to watch a producer.</summary>
    /// <exception cref="RequestException">
    /// NotFoundError: there is no such producer. TypeError: it is no audio. Error: the kind of observer refuses.
    /// </exception>
    public void AddProducer(string producerId, long nowUs)
    {
        Producer producer = _router.GetProducer(producerId);
        if (producer.Kind != MediaKind.Audio)
            throw RequestException.TypeError($"observer {Id}: producer {producerId} is no audio producer");

        Add(producer, nowUs);
        _router.Observe(this, producerId);
    }

    /// <summary>Watches a producer no longer; without effect when it was not watched.</summary>
    /// <exception cref="RequestException">NotFoundError: there is no such producer.</exception>
    public void RemoveProducer(string producerId, long nowUs)
    {
        Producer producer = _router.GetProducer(producerId);
        _router.Unobserve(this, producerId);
        Remove(producer, nowUs);
    }

    /// <summary>Neither listens nor looks from now on. Without effect when paused.</summary>
    public void Pause()
    {
        if (IsPaused)
            return;

        IsPaused = true;
        _deadline.Clear();
        OnPaused();
    }

    /// <summary>Listens again, and looks an interval from now. Without effect when not paused.</summary>
    public void Resume(long nowUs)
    {
        if (!IsPaused)
            return;

        IsPaused = false;
        _deadline.Set(nowUs + _intervalUs);
    }

    /// <inheritdoc/>
    public void OnPacket(Producer producer, RtpPacket packet, long nowUs)
    {
        if (!IsPaused && packet.AsView().TryGetAudioLevel(ForwardedExtensionIds.AudioLevel, out byte level, out _))
            OnLevel(producer, level, nowUs);
    }

    /// <inheritdoc/>
    public abstract void OnProducerPaused(Producer producer, long nowUs);

    /// <inheritdoc/>
    public abstract void OnProducerResumed(Producer producer, long nowUs);

    /// <inheritdoc/>
    public void OnProducerClosed(Producer producer, long nowUs) => Remove(producer, nowUs);

    /// <inheritdoc/>
    public void Close() => _deadline.Clear();

    /// <inheritdoc/>
    public void OnDeadline(Deadline deadline, long nowUs)
    {
        _deadline.Set(nowUs + _intervalUs);
        OnInterval(nowUs);
    }

    /// <summary>A producer is watched from now on.</summary>
    /// <exception cref="RequestException">Error: it is watched already, where that matters.</exception>
    private protected abstract void Add(Producer producer, long nowUs);

    /// <summary>A producer is not watched any more, if it was.</summary>
    private protected abstract void Remove(Producer producer, long nowUs);

    /// <summary>The level of one packet of a producer that is watched.</summary>
    /// <param name="producer">The producer.</param>
    /// <param name="level">In -dBov: 0 is the loudest, 127 silence.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    private protected abstract void OnLevel(Producer producer, byte level, long nowUs);

    /// <summary>An interval is over.</summary>
    private protected abstract void OnInterval(long nowUs);

    /// <summary>The application paused it.</summary>
    private protected virtual void OnPaused()
    {
    }
}
