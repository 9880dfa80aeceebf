using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Xunit;

namespace RtcTests.Simulation;

/// <summary>
/// What a viewer's decoder needs of what arrives: numbers without holes, frames that are whole, everything that a frame
/// is built on, timestamps that advance as the capturing did, and the codec's own numbers continuous. It takes packets
/// in any order and judges at the end.
/// </summary>
internal sealed class DecoderModel(CodecKind codec)
{
    private readonly SortedDictionary<long, Packet> _packets = [];
    private readonly HashSet<uint> _lostFrames = [];
    private long _newest = -1;

    /// <summary>The frames that could be decoded, in order.</summary>
    public List<SimulatedFrame> Decoded { get; } = [];

    /// <summary>How many sequence numbers are missing.</summary>
    public int Holes { get; private set; }

    /// <summary>A packet of this frame does not reach the forwarder: holes in and after it are not its fault.</summary>
    public void NoteLostUpstream(SimulatedFrame frame) => _lostFrames.Add(frame.Id);

    /// <summary>Takes a packet; one that came before must be the same.</summary>
    public void Receive(in RtpPacketView packet)
    {
        long number = _newest < 0 ? packet.SequenceNumber : SequenceNumbers.Unwrap(packet.SequenceNumber, _newest);
        _newest = Math.Max(_newest, number);
        var received = new Packet(
            number, SimulatedFrame.Read(packet.Payload), packet.Timestamp, packet.Marker, packet.Payload.ToArray());
        if (_packets.TryGetValue(number, out Packet? known))
            Assert.Equal(known.Payload, received.Payload);
        else
            _packets.Add(number, received);
    }

    /// <summary>Judges all that came.</summary>
    /// <param name="allowedHoles">How many numbers may be missing.</param>
    /// <param name="maxTimestampErrorMs">How far timestamps may be from the times of capture.</param>
    public void Check(int allowedHoles = 0, int maxTimestampErrorMs = 80)
    {
        List<List<Packet>> frames = SplitIntoFrames(out int holes);
        Holes = holes;
        Assert.True(holes <= allowedHoles, $"{holes} numbers are missing");
        CheckTimestamps(frames, maxTimestampErrorMs);
        CheckMarkers(frames);
        if (codec == CodecKind.Vp8)
            CheckPictureNumbers(frames);

        Decode(frames);
    }

    private List<List<Packet>> SplitIntoFrames(out int holes)
    {
        List<List<Packet>> frames = [];
        holes = 0;
        long expected = _packets.Keys.FirstOrDefault();
        foreach ((long number, Packet packet) in _packets)
        {
            holes += (int)(number - expected);
            expected = number + 1;
            if (frames.Count == 0 || frames[^1][0].Frame.Id != packet.Frame.Id)
                frames.Add([]);

            frames[^1].Add(packet);
        }

        return frames;
    }

    private void Decode(List<List<Packet>> frames)
    {
        HashSet<uint> decoded = [];
        for (int i = 0; i < frames.Count; i++)
        {
            SimulatedFrame frame = frames[i][0].Frame;
            bool isWhole = frames[i].Count == frame.Packets
                && frames[i].Select((packet, index) => packet.Frame.Packet == index).All(isInPlace => isInPlace);
            bool isLast = i == frames.Count - 1;
            uint[] missing = [.. frame.Dependencies.Where(dependency => !decoded.Contains(dependency))];
            if (isWhole && missing.Length == 0)
            {
                decoded.Add(frame.Id);
                Decoded.Add(frame);
                Assert.True(frames[i].All(packet => packet.Timestamp == frames[i][0].Timestamp));
                continue;
            }

            // It is not the forwarder's fault when something of it, or of what it is built on, did not arrive there.
            bool isExcused = isLast || _lostFrames.Contains(frame.Id) || IsCutOffBySwitch(frames, i)
                || missing.Any(_lostFrames.Contains);
            Assert.True(
                isExcused,
                $"frame {frame.Id} of stream {frame.Stream}, S{frame.Spatial}T{frame.Temporal}, has {frames[i].Count} "
                + $"of {frame.Packets} packets and misses {string.Join(' ', missing)}");
            _lostFrames.Add(frame.Id);
        }
    }

    private static bool IsCutOffBySwitch(List<List<Packet>> frames, int index) =>
        frames[index + 1][0].Frame is { Dependencies.Length: 0 } next
        && next.Stream != frames[index][0].Frame.Stream;

    private static void CheckTimestamps(List<List<Packet>> frames, int maxErrorMs)
    {
        for (int i = 1; i < frames.Count; i++)
        {
            Packet previous = frames[i - 1][0];
            Packet packet = frames[i][0];
            int ticks = SequenceNumbers.Distance(previous.Timestamp, packet.Timestamp);
            long capturedMs = (packet.Frame.CapturedAtUs - previous.Frame.CapturedAtUs) / 1000;
            Assert.True(ticks >= 0, $"frame {packet.Frame.Id}: time goes back by {-ticks} ticks");
            Assert.InRange((ticks / 90) - capturedMs, -maxErrorMs, maxErrorMs);
        }
    }

    // The marker stands on the last packet of a picture and nowhere else.
    private void CheckMarkers(List<List<Packet>> frames)
    {
        for (int i = 0; i < frames.Count - 1; i++)
        {
            bool isWhole = frames[i].Count == frames[i][0].Frame.Packets;
            bool endsPicture = frames[i + 1][0].Timestamp != frames[i][0].Timestamp;
            Assert.DoesNotContain(frames[i].SkipLast(1), packet => packet.Marker);
            bool isFollowed = frames[i + 1][0].Number == frames[i][^1].Number + 1;
            if (isWhole && isFollowed && !_lostFrames.Contains(frames[i + 1][0].Frame.Id))
                Assert.Equal(endsPicture, frames[i][^1].Marker);
        }
    }

    private void CheckPictureNumbers(List<List<Packet>> frames)
    {
        PayloadDescriptor? previous = null;
        SimulatedFrame? previousFrame = null;
        foreach (List<Packet> frame in frames)
        {
            Assert.True(Vp8.TryParse(frame[0].Payload, out PayloadDescriptor descriptor));
            foreach (Packet packet in frame)
            {
                Assert.True(Vp8.TryParse(packet.Payload, out PayloadDescriptor other));
                Assert.Equal(descriptor.PictureId, other.PictureId);
                Assert.Equal(descriptor.Tl0PictureIndex, other.Tl0PictureIndex);
            }

            if (previous is { } last)
            {
                int step = SequenceNumbers.Distance15(last.PictureId, descriptor.PictureId);
                int baseStep = SequenceNumbers.Distance(last.Tl0PictureIndex, descriptor.Tl0PictureIndex);
                bool isGapExcused = _lostFrames.Count > 0 && previousFrame!.Stream == frame[0].Frame.Stream;
                Assert.InRange(step, 1, isGapExcused ? 500 : 1);
                Assert.InRange(baseStep, 0, isGapExcused ? 100 : 1);
                if (!isGapExcused && descriptor.HasTl0PictureIndex)
                    Assert.Equal(frame[0].Frame.Temporal == 0 ? 1 : 0, baseStep);
            }

            previous = descriptor;
            previousFrame = frame[0].Frame;
        }
    }

    private sealed record Packet(long Number, SimulatedFrame Frame, uint Timestamp, bool Marker, byte[] Payload);
}
