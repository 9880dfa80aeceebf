using Rtc.Routing.Observers;
using Rtc.Seams;
using Xunit;

namespace RtcTests.Routing.Observers;

public class ActiveSpeakerObserverTests : IActiveSpeakerObserverListener
{
    private const byte Loud = 20;
    private const byte Noise = 90;

    private readonly SpeakingRoom _speakers = new();
    private readonly List<string> _events = [];
    private readonly ActiveSpeakerObserver _observer;

    public ActiveSpeakerObserverTests() =>
        _observer = new ActiveSpeakerObserver("observer", _speakers.Room.Router, 300, this, _speakers.Room.NowUs);

    [Fact]
    public void Who_is_alone_has_the_floor_at_once_and_is_told_once()
    {
        Watch("a");
        _speakers.Room.Advance(300);
        Assert.Equal(["a"], _events);

        _speakers.Speak(5_000, ("a", Loud));
        Assert.Equal(["a"], _events);
    }

    [Fact]
    public void The_floor_follows_who_speaks()
    {
        Watch("a", "b", "c");
        Converse("b", 3_000);
        Converse("c", 3_000);
        Converse("a", 3_000);

        Assert.Equal(["b", "c", "a"], _events[^3..]);
    }

    [Fact]
    public void A_short_noise_does_not_take_the_floor()
    {
        Watch("a", "b");
        Converse("b", 3_000);
        int before = _events.Count;
        for (int i = 0; i < 50; i++)
        {
            _speakers.Speak(1_500, ("a", Noise), ("b", Noise));
            _speakers.Speak(80, ("a", 5), ("b", Noise));
        }

        Assert.Equal("b", _events[^1]);
        Assert.Equal(before, _events.Count);
    }

    [Fact]
    public void Nobody_takes_the_floor_in_a_pause_of_the_speaker()
    {
        Watch("a", "b");
        Converse("b", 3_000);
        int before = _events.Count;
        _speakers.Speak(10_000, ("a", Noise), ("b", Noise));
        _speakers.Room.Advance(10_000);

        Assert.Equal(before, _events.Count);
    }

    [Fact]
    public void The_floor_passes_on_at_once_when_its_holder_leaves()
    {
        Watch("a", "b");
        Converse("b", 3_000);
        _speakers.Room.Router.CloseProducer(_speakers["b"], _speakers.Room.NowUs);
        Assert.Equal("a", _events[^1]);

        _observer.RemoveProducer("a", _speakers.Room.NowUs);
        Assert.Equal("a", _events[^1]);
    }

    [Fact]
    public void A_paused_producer_cannot_take_the_floor()
    {
        Watch("a");
        _speakers.Add("b", paused: true);
        _observer.AddProducer("b", _speakers.Room.NowUs);
        Converse("b", 3_000);
        Assert.Equal(["a"], _events);

        _speakers["b"].Resume(_speakers.Room.NowUs);
        Converse("b", 3_000);
        Assert.Equal(["a", "b"], _events);
    }

    [Fact]
    public void A_paused_observer_says_nothing()
    {
        Watch("a", "b");
        _observer.Pause();
        Converse("b", 3_000);
        Assert.Empty(_events);

        _observer.Resume(_speakers.Room.NowUs);
        Converse("b", 3_000);
        Assert.Equal("b", _events[^1]);
    }

    [Fact]
    public void Long_packets_count_for_all_the_time_they_last()
    {
        Watch("a", "b");
        _speakers.Speak(500, ("a", Noise), ("b", Noise));
        for (int i = 0; i < 50; i++)
        {
            _speakers.Speak(20, ("a", Noise), ("b", Loud));
            _speakers.Room.Advance(40);
        }

        Assert.Equal("b", _events[^1]);
    }

    [Fact]
    public void Watching_twice_is_an_error()
    {
        Watch("a");
        Assert.Equal(
            RequestErrorKind.Error,
            Assert.Throws<RequestException>(() => _observer.AddProducer("a", _speakers.Room.NowUs)).Kind);
        _observer.RemoveProducer("a", _speakers.Room.NowUs);
        _observer.AddProducer("a", _speakers.Room.NowUs);
    }

    void IActiveSpeakerObserverListener.OnDominantSpeaker(string producerId) => _events.Add(producerId);

    private void Watch(params string[] ids)
    {
        foreach (string id in ids)
        {
            _speakers.Add(id);
            _observer.AddProducer(id, _speakers.Room.NowUs);
        }
    }

    // One speaks, between pauses in which the noise of the room is heard; the others are there, with theirs.
    private void Converse(string speaker, int durationMs)
    {
        _speakers.Speak(500, [.. _speakers.Ids.Select(id => (id, Noise))]);
        _speakers.Speak(durationMs, [.. _speakers.Ids.Select(id => (id, id == speaker ? Loud : Noise))]);
    }
}
