using Rtc.Seams;

namespace Rtc.Routing.Observers;

/// <summary>
/// Tells who has the floor. Once an interval all speakers challenge the dominant one: who was more active in the short,
/// the medium and the long time by the margins of Volfin and Cohen (<see cref="SpeechActivity"/>), and by the most in
/// the medium one, takes it over. A cough or a door is active in the short time only.
/// </summary>
public sealed class ActiveSpeakerObserver : RtpObserver
{
    private const int MinIntervalMs = 100;
    private const int MaxIntervalMs = 5_000;
    private const byte Silence = 127;
    private const long LevelIdleUs = 40_000;
    private const double ImmediateMargin = 3;
    private const double MediumMargin = 2;
    private const double LongMargin = 0;

    private readonly IActiveSpeakerObserverListener _listener;
    private readonly OrderedDictionary<Producer, Speaker> _speakers = [];
    private Producer? _dominant;

    /// <summary>Makes an observer of nobody.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="router">Whose producers it can watch.</param>
    /// <param name="intervalMs">How often it looks; brought into 100 to 5000.</param>
    /// <param name="listener">Who is told what it sees.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    public ActiveSpeakerObserver(
        string id, Router router, int intervalMs, IActiveSpeakerObserverListener listener, long nowUs)
        : base(id, router, Math.Clamp(intervalMs, MinIntervalMs, MaxIntervalMs), nowUs) =>
        _listener = listener;

    /// <inheritdoc/>
    public override void OnProducerPaused(Producer producer, long nowUs) => SetPaused(producer, true);

    /// <inheritdoc/>
    public override void OnProducerResumed(Producer producer, long nowUs) => SetPaused(producer, false);

    /// <inheritdoc/>
    private protected override void Add(Producer producer, long nowUs)
    {
        if (!_speakers.TryAdd(producer, new Speaker(nowUs) { IsPaused = producer.IsPaused }))
            throw RequestException.Error($"observer {Id} watches producer {producer.Id} already");
    }

    /// <inheritdoc/>
    private protected override void Remove(Producer producer, long nowUs)
    {
        if (!_speakers.Remove(producer) || producer != _dominant)
            return;

        _dominant = null;
        Elect(nowUs);
    }

    /// <inheritdoc/>
    private protected override void OnLevel(Producer producer, byte level, long nowUs)
    {
        if (_speakers.TryGetValue(producer, out Speaker? speaker))
            speaker.Activity.AddLevel(Silence - level, nowUs);
    }

    /// <inheritdoc/>
    private protected override void OnInterval(long nowUs) => Elect(nowUs);

    private void SetPaused(Producer producer, bool isPaused)
    {
        if (_speakers.TryGetValue(producer, out Speaker? speaker))
            speaker.IsPaused = isPaused;
    }

    private void Elect(long nowUs)
    {
        foreach (Speaker speaker in _speakers.Values)
        {
            if (speaker.Activity.GetIdleUs(nowUs) > LevelIdleUs)
                speaker.Activity.AddLevel(0, nowUs);

            speaker.Activity.Evaluate();
        }

        if (FindWinner() is not { } winner || winner == _dominant)
            return;

        _dominant = winner;
        _listener.OnDominantSpeaker(winner.Id);
    }

    private Producer? FindWinner()
    {
        if (_speakers.Count == 0)
            return null;

        // Somebody has to have the floor: the first until another one earns it.
        Producer winner = _speakers.Count == 1 ? _speakers.GetAt(0).Key : _dominant ?? _speakers.GetAt(0).Key;
        SpeechActivity dominant = _speakers[winner].Activity;
        double bestMargin = MediumMargin;
        foreach ((Producer producer, Speaker speaker) in _speakers)
        {
            if (speaker.IsPaused)
                continue;

            double medium = Math.Log(speaker.Activity.Medium / dominant.Medium);
            if (Math.Log(speaker.Activity.Immediate / dominant.Immediate) > ImmediateMargin
                && medium > bestMargin
                && Math.Log(speaker.Activity.Long / dominant.Long) > LongMargin)
            {
                bestMargin = medium;
                winner = producer;
            }
        }

        return winner;
    }

    private sealed class Speaker(long nowUs)
    {
        public SpeechActivity Activity { get; } = new(nowUs);

        public bool IsPaused { get; set; }
    }
}
