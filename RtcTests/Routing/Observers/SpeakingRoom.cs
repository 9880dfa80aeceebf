using Rtc.Routing;
using Rtc.Rtp;

namespace RtcTests.Routing.Observers;

/// <summary>People who send audio with levels, a packet each 20 ms of virtual time.</summary>
internal sealed class SpeakingRoom
{
    private const int PacketMs = 20;
    private const byte AudioLevelId = 4;

    private readonly Dictionary<string, (Producer Producer, FakeTransport Transport)> _people = [];
    private uint _packets;

    public Room Room { get; } = new();

    public IReadOnlyCollection<string> Ids => _people.Keys;

    public Producer this[string id] => _people[id].Producer;

    public void Add(string id, bool paused = false)
    {
        var transport = new FakeTransport(Room, $"of {id}");
        _people.Add(id, (Room.Produce(transport, id, MediaKind.Audio, paused: paused), transport));
    }

    /// <summary>Lets time pass in which those named send packets of that level, in -dBov.</summary>
    public void Speak(int durationMs, params (string Id, byte Level)[] levels)
    {
        for (int ms = 0; ms < durationMs; ms += PacketMs)
        {
            _packets++;
            foreach ((string id, byte level) in levels)
            {
                Room.Receive(_people[id].Transport, new RtpBuilder
                {
                    PayloadType = Room.OpusPayloadType,
                    SequenceNumber = (ushort)_packets,
                    Timestamp = _packets * 960,
                    Ssrc = 1000,
                    Extensions = [(AudioLevelId, [level])],
                });
            }

            Room.Advance(PacketMs);
        }
    }
}
