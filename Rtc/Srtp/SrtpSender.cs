using System.Runtime.CompilerServices;
using Rtc.Crypto;

namespace Rtc.Srtp;

/// <summary>
/// Protects RTP and RTCP of one direction (RFC 3711, RFC 7714). One key serves all SSRCs; a stream's state (the
/// indices of late) is made with its first packet. No two packets are protected under one index: all suites here are
/// stream ciphers, and with GCM it would give away the key that authenticates. Only a retransmission without RTX may
/// repeat an index, because it is the same packet byte for byte.
/// </summary>
public sealed class SrtpSender : IDisposable
{
    /// <summary>Most bytes that protecting adds to an RTP packet, with any suite.</summary>
    public const int MaxRtpOverhead = AesGcmEncryptor.TagLength;

    /// <summary>Most bytes that protecting adds to an RTCP packet, with any suite.</summary>
    public const int MaxRtcpOverhead = AesGcmEncryptor.TagLength + SrtpSendTransform.IndexLength;

    /// <summary>How many SSRCs a sender serves where nothing else is said.</summary>
    public const int DefaultMaxStreams = 65_536;

    private const uint MaxRtcpIndex = int.MaxValue;

    private readonly SrtpSendTransform _transform;
    private readonly Dictionary<uint, Stream> _streams = [];
    private readonly int _maxStreams;
    private readonly int _rtpTagLength;
    private readonly int _rtcpTagLength;
    private SrtpCounters _counters;

    // Packets come in runs of one stream.
    private Stream? _latest;

    // One index for all SSRCs: each stream sees it grow, and one that is removed and comes again cannot repeat any.
    private uint _nextRtcpIndex = 1;

    /// <param name="keys">Suite, key and salt; not kept.</param>
    /// <param name="maxStreams">How many SSRCs are served.</param>
    public SrtpSender(SrtpKeyingMaterial keys, int maxStreams = DefaultMaxStreams)
    {
        using SrtpSessionKeys sessionKeys = SrtpSessionKeys.Derive(keys);
        _transform = SrtpSendTransform.Create(sessionKeys);
        _maxStreams = maxStreams;
        _rtpTagLength = keys.Suite.RtpTagLength();
        _rtcpTagLength = keys.Suite.RtcpTagLength();
        Suite = keys.Suite;
    }

    /// <summary>The suite.</summary>
    public SrtpSuite Suite { get; }

    /// <summary>How many SSRCs have state.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>What was counted so far.</summary>
    public ref readonly SrtpCounters Counters => ref _counters;

    /// <summary>
    /// Encrypts <paramref name="payload"/> into <paramref name="destination"/> behind the RTP header that stands at its
    /// start, and appends the tag. Sequence number and SSRC are read from that header.
    /// </summary>
    /// <param name="destination">Header, then room for the payload and <see cref="MaxRtpOverhead"/> bytes.</param>
    /// <param name="headerLength">Length in bytes of header, CSRCs and extension.</param>
    /// <param name="payload">
    /// Payload and padding; does not overlap the destination, unless it is exactly where its ciphertext goes.
    /// </param>
    /// <param name="length">Length in bytes of the SRTP packet; 0 when false is returned.</param>
    /// <param name="isRepeated">Whether the very same packet was protected before.</param>
    /// <returns>False when the packet could not be protected, which is counted.</returns>
    public bool TryProtectRtp(
        Span<byte> destination,
        int headerLength,
        ReadOnlySpan<byte> payload,
        out int length,
        bool isRepeated = false)
    {
        length = 0;
        int needed = headerLength + payload.Length + _rtpTagLength;
        if (destination.Length < needed)
        {
            return Refuse(SrtpError.NoRoom);
        }

        if (headerLength < SrtpHeader.RtpLength)
        {
            return Refuse(SrtpError.Malformed);
        }

        Span<byte> packet = destination[..needed];
        SrtpError error = TakeIndex(
            SrtpHeader.SsrcOfRtp(packet), SrtpHeader.SequenceNumberOf(packet), isRepeated, out ulong index);
        if (error != SrtpError.None)
        {
            return Refuse(error);
        }

        _transform.ProtectRtp(packet, headerLength, payload, index);
        _counters.RtpPackets++;
        length = needed;
        return true;
    }

    /// <summary>Encrypts a compound RTCP packet, index and tag appended.</summary>
    /// <param name="compound">At least 8 bytes; does not overlap the destination.</param>
    /// <param name="destination">As long as the compound and <see cref="MaxRtcpOverhead"/> bytes.</param>
    /// <param name="length">Length in bytes of the SRTCP packet; 0 when false is returned.</param>
    /// <returns>False when the packet could not be protected, which is counted.</returns>
    public bool TryProtectRtcp(ReadOnlySpan<byte> compound, Span<byte> destination, out int length)
    {
        length = 0;
        int needed = compound.Length + SrtpSendTransform.IndexLength + _rtcpTagLength;
        if (destination.Length < needed)
        {
            return Refuse(SrtpError.NoRoom);
        }

        if (!SrtpHeader.IsRtcp(compound))
        {
            return Refuse(SrtpError.Malformed);
        }

        if (_nextRtcpIndex > MaxRtcpIndex)
        {
            return Refuse(SrtpError.KeyExhausted);
        }

        _transform.ProtectRtcp(compound, destination[..needed], _nextRtcpIndex++);
        _counters.RtcpPackets++;
        length = needed;
        return true;
    }

    /// <summary>
    /// Forgets an SSRC that sends no more. Should it send again, it begins as a new stream with a rollover counter
    /// of 0.
    /// </summary>
    public void RemoveStream(uint ssrc)
    {
        _streams.Remove(ssrc);
        _latest = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _transform.Dispose();

    private SrtpError TakeIndex(uint ssrc, ushort sequenceNumber, bool isRepeated, out ulong index)
    {
        Stream? stream = FindStream(ssrc);
        if (stream is null)
        {
            index = sequenceNumber;
            return TryAddStream(ssrc, index);
        }

        ulong highest = stream.Sent.Highest;
        bool isInRange = SrtpPacketIndex.TryEstimate(highest, sequenceNumber, out ulong estimate);
        index = estimate;
        if (!isInRange)
        {
            return estimate > SrtpPacketIndex.Max && highest > SrtpPacketIndex.Max / 2
                ? SrtpError.KeyExhausted
                : SrtpError.TooOld;
        }

        return isRepeated && estimate <= highest ? SrtpError.None : stream.Sent.Take(estimate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Stream? FindStream(uint ssrc)
    {
        Stream? stream = _latest;
        if (stream is null || stream.Ssrc != ssrc)
        {
            _streams.TryGetValue(ssrc, out stream);
            _latest = stream;
        }

        return stream;
    }

    private SrtpError TryAddStream(uint ssrc, ulong index)
    {
        if (_streams.Count >= _maxStreams)
        {
            return SrtpError.TooManyStreams;
        }

        var stream = new Stream(ssrc);
        stream.Sent.Accept(index);
        _streams.Add(ssrc, stream);
        return SrtpError.None;
    }

    private bool Refuse(SrtpError error)
    {
        _counters.Add(error);
        return false;
    }

    private sealed class Stream(uint ssrc)
    {
        public readonly uint Ssrc = ssrc;
        public ReplayWindow Sent;
    }
}
