using Rtc.Rtcp;
using Rtc.Rtp;

namespace Benchmarks.Load;

/// <summary>
/// One who speaks and shows a picture: Opus, and VP8 in three encodings of 30 frames/s, about 0.12, 0.4 and 1 Mbit/s.
/// Sends sender reports, without which nobody can move from one encoding to another.
/// </summary>
internal sealed class ConferencePerson
{
    /// <summary>Video frames a second.</summary>
    public const int FramesPerSecond = 30;

    /// <summary>Audio packets a second.</summary>
    public const int AudioPerSecond = 50;

    /// <summary>Packets of a frame in the highest encoding, which is what everybody gets.</summary>
    public const int HighestPackets = 4;

    private const int FramesPerKeyFrame = 30;
    private const int FramesPerReport = 15;
    private const int AudioBytes = 160;

    private static readonly (int Packets, int Bytes)[] Encodings = [(1, 500), (2, 800), (HighestPackets, 1100)];

    private readonly WebRtcPeer _peer;
    private readonly RtpWriter _audio;
    private readonly RtpWriter[] _video;
    private readonly byte[] _room = new byte[1500];
    private long _frames;
    private long _audioPackets;

    public ConferencePerson(int number, WebRtcPeer peer)
    {
        const uint SsrcsOfAPerson = 16;
        uint firstSsrc = 0x1000_0000 + ((uint)number * SsrcsOfAPerson);
        _peer = peer;
        Audio = new Track($"audio{number}", IsVideo: false, firstSsrc);
        Video = new Track($"video{number}", IsVideo: true, firstSsrc + 1, Encodings.Length);
        AudioClock = new BurstClock(Audio.ClockRate / AudioPerSecond);
        VideoClock = new BurstClock(Video.ClockRate / FramesPerSecond);
        _audio = new RtpWriter(Audio, encoding: 0);
        _video = [.. Enumerable.Range(0, Encodings.Length).Select(i => new RtpWriter(Video, i))];
    }

    public Track Audio { get; }

    public Track Video { get; }

    public BurstClock AudioClock { get; }

    public BurstClock VideoClock { get; }

    /// <summary>Sends a frame in all encodings and the audio up to it; returns the audio packets of that.</summary>
    public int SendFrame(out int sent)
    {
        if (_frames % FramesPerReport == 0)
            SendReports();

        bool isKeyFrame = _frames % FramesPerKeyFrame == 0;
        sent = 0;
        VideoClock.Set(_frames, BurstClock.NowNs());
        for (int i = 0; i < Encodings.Length; i++)
        {
            (int packets, int bytes) = Encodings[i];
            for (int j = 0; j < packets; j++, sent++)
            {
                Span<byte> packet = _room.AsSpan(0, bytes);
                _video[i].Write(packet, VideoClock.TimestampOf(_frames), j == 0, j == packets - 1, isKeyFrame);
                _peer.SendRtp(packet);
            }
        }

        _frames++;
        int audio = 0;
        for (; _audioPackets * FramesPerSecond < _frames * AudioPerSecond; _audioPackets++, audio++, sent++)
        {
            AudioClock.Set(_audioPackets, BurstClock.NowNs());
            Span<byte> packet = _room.AsSpan(0, AudioBytes);
            _audio.Write(packet, AudioClock.TimestampOf(_audioPackets), true, true, isKeyFrame: false);
            _peer.SendRtp(packet);
        }

        return audio;
    }

    private void SendReports()
    {
        var ntp = NtpTime.FromUnixMicroseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000);
        Span<byte> compound = stackalloc byte[64];
        for (int i = -1; i < Encodings.Length; i++)
        {
            uint ssrc = i < 0 ? Audio.FirstSsrc : Video.SsrcOf(i);
            uint timestamp = i < 0 ? AudioClock.TimestampOf(_audioPackets) : VideoClock.TimestampOf(_frames);
            uint packets = i < 0 ? _audio.Packets : _video[i].Packets;
            int length = RtcpWriter.WriteSenderReport(compound, new SenderReport(ssrc, ntp, timestamp, packets, packets));
            length += RtcpWriter.WriteSourceDescription(compound[length..], ssrc, "load"u8);
            _peer.SendRtcp(compound[..length]);
        }
    }
}
