using Rtc.Seams;

namespace Rtc.Routing.Observers;

/// <summary>
/// Tells once an interval who was loud, by the average of the levels that each producer's packets carry.
/// </summary>
public sealed class AudioLevelObserver : RtpObserver
{
    private const int MinIntervalMs = 250;
    private const int MaxIntervalMs = 5_000;

    // Fewer say nothing about an interval: a producer that uses DTX, or has just begun.
    private const int MinPackets = 10;

    private readonly AudioLevelObserverOptions _options;
    private readonly IAudioLevelObserverListener _listener;
    private readonly OrderedDictionary<Producer, LevelSum> _sums = [];
    private readonly List<AudioVolume> _volumes = [];
    private bool _isSilent = true;

    /// <summary>Makes an observer of nobody.</summary>
    /// <exception cref="RequestException">TypeError: the threshold is above 0.</exception>
    public AudioLevelObserver(
        string id, Router router, AudioLevelObserverOptions options, IAudioLevelObserverListener listener, long nowUs)
        : base(id, router, Math.Clamp(Checked(id, options).IntervalMs, MinIntervalMs, MaxIntervalMs), nowUs)
    {
        _options = options;
        _listener = listener;
    }

    /// <inheritdoc/>
    public override void OnProducerPaused(Producer producer, long nowUs) => _sums.Remove(producer);

    /// <inheritdoc/>
    public override void OnProducerResumed(Producer producer, long nowUs) => _sums.TryAdd(producer, default);

    /// <inheritdoc/>
    private protected override void Add(Producer producer, long nowUs) => _sums.TryAdd(producer, default);

    /// <inheritdoc/>
    private protected override void Remove(Producer producer, long nowUs) => _sums.Remove(producer);

    /// <inheritdoc/>
    private protected override void OnLevel(Producer producer, byte level, long nowUs)
    {
        int index = _sums.IndexOf(producer);
        if (index < 0)
            return;

        LevelSum sum = _sums.GetAt(index).Value;
        _sums.SetAt(index, new LevelSum(sum.Total + level, sum.Packets + 1));
    }

    /// <inheritdoc/>
    private protected override void OnInterval(long nowUs)
    {
        CollectVolumes();
        if (_volumes.Count == 0)
        {
            BeSilent();
            return;
        }

        _isSilent = false;
        _volumes.Sort((left, right) => right.Volume.CompareTo(left.Volume));
        if (_volumes.Count > _options.MaxEntries)
            _volumes.RemoveRange(_options.MaxEntries, _volumes.Count - _options.MaxEntries);
        _listener.OnVolumes(_volumes);
        _volumes.Clear();
    }

    /// <inheritdoc/>
    private protected override void OnPaused()
    {
        CollectVolumes();
        _volumes.Clear();
        BeSilent();
    }

    private static AudioLevelObserverOptions Checked(string id, AudioLevelObserverOptions options) =>
        options.Threshold <= 0
            ? options
            : throw RequestException.TypeError($"observer {id}: threshold {options.Threshold} is above 0");

    // The sums begin anew with the next interval.
    private void CollectVolumes()
    {
        for (int i = 0; i < _sums.Count; i++)
        {
            (Producer producer, LevelSum sum) = _sums.GetAt(i);
            _sums.SetAt(i, default);
            if (sum.Packets < MinPackets)
                continue;

            sbyte volume = (sbyte)-(sum.Total / sum.Packets);
            if (volume >= _options.Threshold)
                _volumes.Add(new AudioVolume(producer.Id, volume));
        }
    }

    private void BeSilent()
    {
        if (_isSilent)
            return;

        _isSilent = true;
        _listener.OnSilence();
    }

    private readonly record struct LevelSum(int Total, int Packets);
}
