using System.Diagnostics.CodeAnalysis;
using System.Text;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Routing;

/// <summary>
/// The streams of a producer: finds the one of a packet, by SSRC, else by what the encodings say, and has it made when
/// its first packet comes.
/// </summary>
internal sealed class ProducerStreams
{
    private readonly RtpParameters _parameters;
    private readonly byte[]?[] _rids;
    private readonly byte?[] _rtxPayloadTypes;
    private readonly ProducerStream?[] _byEncoding;
    private readonly Dictionary<uint, ProducerStream> _bySsrc = [];
    private readonly Dictionary<uint, ProducerStream> _byRtxSsrc = [];

    public ProducerStreams(RtpParameters parameters)
    {
        _parameters = parameters;
        _byEncoding = new ProducerStream?[parameters.Encodings.Count];
        _rids = parameters.Encodings.Map(
            encoding => encoding.Rid is null ? null : Encoding.UTF8.GetBytes(encoding.Rid));
        _rtxPayloadTypes = parameters.Encodings.Map(encoding => parameters.GetRtxCodec(encoding)?.PayloadType);
    }

    /// <summary>By encoding; null where none has begun.</summary>
    public ReadOnlySpan<ProducerStream?> ByEncoding => _byEncoding;

    /// <summary>Finds the stream of a known SSRC, of media or retransmissions.</summary>
    public bool TryFind(uint ssrc, [NotNullWhen(true)] out ProducerStream? stream, out bool isRtx)
    {
        isRtx = false;
        if (_bySsrc.TryGetValue(ssrc, out stream))
            return true;

        isRtx = _byRtxSsrc.TryGetValue(ssrc, out stream);
        return isRtx;
    }

    /// <summary>Finds the stream whose packets reach consumers with an SSRC.</summary>
    public ProducerStream? FindByMappedSsrc(uint mappedSsrc)
    {
        foreach (ProducerStream? stream in _byEncoding)
        {
            if (stream?.MappedSsrc == mappedSsrc)
                return stream;
        }

        return null;
    }

    /// <summary>
    /// Says what a packet of an unknown SSRC is: the first of an encoding (true), or a retransmission, in which case it
    /// is attached to its stream and can be found from now on (false), or nothing known (false).
    /// </summary>
    public bool TryMatchNew(in RtpPacketView packet, out int encodingIndex)
    {
        for (encodingIndex = 0; encodingIndex < _byEncoding.Length; encodingIndex++)
        {
            RtpEncodingParameters encoding = _parameters.Encodings[encodingIndex];
            if (encoding.Ssrc == packet.Ssrc && encoding.CodecPayloadType == packet.PayloadType)
                return _byEncoding[encodingIndex] is null;

            if (encoding.RtxSsrc == packet.Ssrc && _rtxPayloadTypes[encodingIndex] == packet.PayloadType)
                return AttachRtx(encodingIndex, packet);
        }

        RtpHeaderExtensionIds ids = _parameters.HeaderExtensionIds;
        if (packet.TryGetRid(ids.Rid, ids.RepairedRid, out ReadOnlySpan<byte> rid))
            return TryMatchRid(packet, rid, out encodingIndex);

        encodingIndex = 0;
        RtpEncodingParameters first = _parameters.Encodings[0];
        if (_byEncoding.Length > 1 || first.Ssrc is not null || first.Rid is not null)
            return false;

        return first.CodecPayloadType == packet.PayloadType
            ? _byEncoding[0] is null
            : _rtxPayloadTypes[0] == packet.PayloadType && AttachRtx(0, packet);
    }

    public void Add(ProducerStream stream)
    {
        _byEncoding[stream.Receiver.Parameters.EncodingIndex] = stream;
        _bySsrc.Add(stream.Receiver.Ssrc, stream);
    }

    private bool TryMatchRid(in RtpPacketView packet, ReadOnlySpan<byte> rid, out int encodingIndex)
    {
        for (encodingIndex = 0; encodingIndex < _byEncoding.Length; encodingIndex++)
        {
            RtpEncodingParameters encoding = _parameters.Encodings[encodingIndex];
            if (_rids[encodingIndex] is not { } own || !rid.SequenceEqual(own))
                continue;

            if (encoding.CodecPayloadType == packet.PayloadType)
                return _byEncoding[encodingIndex] is null;

            if (_rtxPayloadTypes[encodingIndex] == packet.PayloadType)
                return AttachRtx(encodingIndex, packet);
        }

        return false;
    }

    private bool AttachRtx(int encodingIndex, in RtpPacketView packet)
    {
        if (_byEncoding[encodingIndex] is { } stream && !stream.Receiver.HasRtx)
        {
            stream.Receiver.AttachRtx(packet.Ssrc, packet.PayloadType);
            _byRtxSsrc.Add(packet.Ssrc, stream);
        }

        return false;
    }
}
