using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>
/// Unprotects RTP and RTCP of one direction in place (RFC 3711, RFC 7714). One key serves all SSRCs; a stream's state
/// (replay windows) is made by its first authentic packet, and nothing that is not authentic changes any state but
/// the counters.
/// </summary>
public sealed class SrtpReceiver : IDisposable
{
    /// <summary>How many SSRCs a receiver serves where nothing else is said.</summary>
    public const int DefaultMaxStreams = 2_048;

    private readonly SrtpReceiveTransform _transform;
    private readonly Dictionary<uint, Stream> _streams = [];
    private readonly int _maxStreams;
    private readonly int _rtpTagLength;
    private readonly int _rtcpOverhead;
    private SrtpCounters _counters;

    /// <param name="keys">Suite, key and salt; not kept.</param>
    /// <param name="maxStreams">How many SSRCs are served; packets of others are dropped.</param>
    public SrtpReceiver(SrtpKeyingMaterial keys, int maxStreams = DefaultMaxStreams)
    {
        using SrtpSessionKeys sessionKeys = SrtpSessionKeys.Derive(keys);
        _transform = SrtpReceiveTransform.Create(sessionKeys);
        _maxStreams = maxStreams;
        _rtpTagLength = keys.Suite.RtpTagLength();
        _rtcpOverhead = keys.Suite.RtcpTagLength() + SrtpSendTransform.IndexLength;
        Suite = keys.Suite;
    }

    /// <summary>The suite.</summary>
    public SrtpSuite Suite { get; }

    /// <summary>How many SSRCs have state.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>What was counted so far.</summary>
    public ref readonly SrtpCounters Counters => ref _counters;

    /// <summary>Why the last call returned false; none if it returned true.</summary>
    public SrtpError LastError { get; private set; }

    /// <summary>Authenticates and decrypts an SRTP packet in place.</summary>
    /// <param name="packet">The packet; when false is returned its payload is of no use.</param>
    /// <param name="length">Length in bytes of the RTP packet; 0 when false is returned.</param>
    /// <returns>False when the packet is dropped, which is counted; <see cref="LastError"/> says why.</returns>
    public bool TryUnprotectRtp(Span<byte> packet, out int length)
    {
        length = 0;
        if (!SrtpHeader.TryReadRtpLength(packet, out int headerLength) || packet.Length < headerLength + _rtpTagLength)
        {
            return Refuse(SrtpError.Malformed);
        }

        uint ssrc = SrtpHeader.SsrcOfRtp(packet);
        ulong index = SrtpHeader.SequenceNumberOf(packet);
        SrtpError error = FindStream(ssrc, out Stream? stream);
        if (error == SrtpError.None && stream is not null && stream.Rtp.IsStarted)
        {
            error = SrtpPacketIndex.TryEstimate(stream.Rtp.Highest, (ushort)index, out index)
                ? stream.Rtp.Check(index)
                : SrtpError.TooOld;
        }

        if (error != SrtpError.None)
        {
            return Refuse(error);
        }

        if (!_transform.TryUnprotectRtp(packet, headerLength, index))
        {
            return Refuse(SrtpError.AuthenticationFailed);
        }

        (stream ?? AddStream(ssrc)).Rtp.Accept(index);
        _counters.RtpPackets++;
        length = packet.Length - _rtpTagLength;
        LastError = SrtpError.None;
        return true;
    }

    /// <summary>Authenticates and decrypts an SRTCP packet in place.</summary>
    /// <param name="packet">The packet; when false is returned its content is of no use.</param>
    /// <param name="length">Length in bytes of the RTCP compound packet; 0 when false is returned.</param>
    /// <returns>False when the packet is dropped, which is counted; <see cref="LastError"/> says why.</returns>
    public bool TryUnprotectRtcp(Span<byte> packet, out int length)
    {
        length = 0;
        if (!SrtpHeader.IsRtcp(packet) || packet.Length < SrtpHeader.RtcpLength + _rtcpOverhead)
        {
            return Refuse(SrtpError.Malformed);
        }

        uint ssrc = SrtpHeader.SsrcOfRtcp(packet);
        uint indexWord = _transform.ReadRtcpIndexWord(packet);
        uint index = indexWord & ~SrtpSendTransform.EncryptedFlag;
        SrtpError error = FindStream(ssrc, out Stream? stream);
        if (error == SrtpError.None && stream is not null)
        {
            error = stream.Rtcp.Check(index);
        }

        if (error != SrtpError.None)
        {
            return Refuse(error);
        }

        if (!_transform.TryUnprotectRtcp(packet, indexWord))
        {
            return Refuse(SrtpError.AuthenticationFailed);
        }

        (stream ?? AddStream(ssrc)).Rtcp.Accept(index);
        _counters.RtcpPackets++;
        length = packet.Length - _rtcpOverhead;
        LastError = SrtpError.None;
        return true;
    }

    /// <summary>
    /// Forgets an SSRC, RTP and RTCP: one that nobody wants, or that ended. Should it send again it is a new stream.
    /// </summary>
    public void RemoveStream(uint ssrc) => _streams.Remove(ssrc);

    /// <inheritdoc/>
    public void Dispose() => _transform.Dispose();

    private SrtpError FindStream(uint ssrc, out Stream? stream) =>
        _streams.TryGetValue(ssrc, out stream) || _streams.Count < _maxStreams
            ? SrtpError.None
            : SrtpError.TooManyStreams;

    private Stream AddStream(uint ssrc)
    {
        var stream = new Stream();
        _streams.Add(ssrc, stream);
        return stream;
    }

    private bool Refuse(SrtpError error)
    {
        _counters.Add(error);
        LastError = error;
        return false;
    }

    private sealed class Stream
    {
        public ReplayWindow Rtp;
        public ReplayWindow Rtcp;
    }
}
