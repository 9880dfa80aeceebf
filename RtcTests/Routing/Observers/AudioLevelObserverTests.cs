using Rtc.Routing.Observers;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Routing.Observers;

public class AudioLevelObserverTests : IAudioLevelObserverListener
{
    private readonly SpeakingRoom _speakers = new();
    private readonly List<string> _events = [];
    private readonly AudioLevelObserver _observer;

    public AudioLevelObserverTests() => _observer = Observe(maxEntries: 2, threshold: -60, intervalMs: 1_000);

    [Fact]
    public void The_loudest_are_reported_loudest_first()
    {
        Watch("a", "b", "c", "d");
        _speakers.Speak(1_000, ("a", 50), ("b", 30), ("c", 40), ("d", 61));

        Assert.Equal(["b:-30 c:-40"], _events);
    }

    [Fact]
    public void A_volume_is_the_average_of_the_interval()
    {
        Watch("a");
        _speakers.Speak(500, ("a", 20));
        _speakers.Speak(500, ("a", 41));

        Assert.Equal(["a:-30"], _events);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void The_threshold_itself_is_loud(byte level, bool isReported)
    {
        Watch("a");
        _speakers.Speak(1_000, ("a", level));

        Assert.Equal(isReported ? ["a:-60"] : [], _events);
    }

    [Fact]
    public void Nine_packets_say_nothing_about_an_interval()
    {
        Watch("a");
        _speakers.Speak(180, ("a", 10));
        _speakers.Room.Advance(820);
        Assert.Empty(_events);

        _speakers.Speak(200, ("a", 10));
        _speakers.Room.Advance(800);
        Assert.Equal(["a:-10"], _events);
    }

    [Fact]
    public void Silence_is_told_once_and_only_after_somebody_was_loud()
    {
        Watch("a");
        _speakers.Room.Advance(3_000);
        Assert.Empty(_events);

        _speakers.Speak(1_000, ("a", 10));
        _speakers.Room.Advance(5_000);
        Assert.Equal(["a:-10", "silence"], _events);
    }

    [Fact]
    public void Pausing_the_observer_tells_silence_and_stops_it()
    {
        Watch("a");
        _speakers.Speak(1_000, ("a", 10));
        _observer.Pause();
        _observer.Pause();
        _speakers.Speak(3_000, ("a", 10));
        Assert.Equal(["a:-10", "silence"], _events);

        _observer.Resume(_speakers.Room.NowUs);
        _speakers.Speak(1_000, ("a", 10));
        Assert.Equal(["a:-10", "silence", "a:-10"], _events);
    }

    [Fact]
    public void A_paused_or_closed_producer_is_not_heard()
    {
        Watch("a", "b");
        _speakers.Speak(900, ("a", 10), ("b", 20));
        _speakers["a"].Pause(_speakers.Room.NowUs);
        _speakers.Room.Router.CloseProducer(_speakers["b"], _speakers.Room.NowUs);
        _speakers.Room.Advance(100);
        Assert.Empty(_events);

        _speakers["a"].Resume(_speakers.Room.NowUs);
        _speakers.Speak(1_000, ("a", 10));
        Assert.Equal(["a:-10"], _events);
    }

    [Fact]
    public void Watching_twice_changes_nothing_and_once_is_enough_to_stop()
    {
        Watch("a");
        _observer.AddProducer("a", _speakers.Room.NowUs);
        _speakers.Speak(1_000, ("a", 10));
        _observer.RemoveProducer("a", _speakers.Room.NowUs);
        _observer.RemoveProducer("a", _speakers.Room.NowUs);
        _speakers.Speak(1_000, ("a", 10));

        Assert.Equal(["a:-10", "silence"], _events);
        Assert.Empty(_speakers.Room.Router.Dump().ProducerObservers[0].ObserverIds);
    }

    [Theory]
    [InlineData(0, 250)]
    [InlineData(60_000, 5_000)]
    public void The_interval_is_kept_within_bounds(int intervalMs, int expectedMs)
    {
        _observer.Close();
        AudioLevelObserver observer = Observe(maxEntries: 1, threshold: -127, intervalMs);
        _speakers.Add("a");
        observer.AddProducer("a", _speakers.Room.NowUs);
        _speakers.Speak(expectedMs, ("a", 10));
        Assert.Equal(["a:-10"], _events);

        _speakers.Speak(expectedMs - 60, ("a", 10));
        Assert.Single(_events);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Equal(
            RequestErrorKind.TypeError,
            Assert.Throws<RequestException>(() => Observe(maxEntries: 1, threshold: 1, intervalMs: 1_000)).Kind);
        _speakers.Room.Produce(new FakeTransport(_speakers.Room, "video"), "v");
        Assert.Equal(RequestErrorKind.TypeError, Refusal("v"));
        Assert.Equal(RequestErrorKind.NotFoundError, Refusal("nobody"));
        Assert.Equal(1, _speakers.Room.Environment.Deadlines.Count);
    }

    void IAudioLevelObserverListener.OnVolumes(IReadOnlyList<AudioVolume> volumes) =>
        _events.Add(string.Join(' ', volumes.Select(volume => $"{volume.ProducerId}:{volume.Volume}")));

    void IAudioLevelObserverListener.OnSilence() => _events.Add("silence");

    private AudioLevelObserver Observe(int maxEntries, sbyte threshold, int intervalMs)
    {
        var options = new AudioLevelObserverOptions
        {
            MaxEntries = maxEntries,
            Threshold = threshold,
            IntervalMs = intervalMs,
        };
        return new AudioLevelObserver("observer", _speakers.Room.Router, options, this, _speakers.Room.NowUs);
    }

    private void Watch(params string[] ids)
    {
        foreach (string id in ids)
        {
            _speakers.Add(id);
            _observer.AddProducer(id, _speakers.Room.NowUs);
        }
    }

    private RequestErrorKind Refusal(string producerId) => Assert.Throws<RequestException>(
        () => _observer.AddProducer(producerId, _speakers.Room.NowUs)).Kind;
}
