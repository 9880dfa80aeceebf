using Rtc.Rtp;

namespace Rtc.Routing;

/// <summary>
/// Forwards one stream of the producer as it is. Where the producer has several encodings it stays with the highest
/// that had begun when sending began.
/// </summary>
internal sealed class SingleStreamStrategy(
    MimeType codec, bool ignoreDtx, IReadOnlyList<uint> mappedSsrcs) : IForwardingStrategy
{
    private ProducerStreamInfo? _current;
    private bool _needsSync = true;
    private bool _hasBegun;

    public ProducerStreamInfo? Current => _current;

    public uint KeyFrameSsrc => _current?.MappedSsrc ?? mappedSsrcs[^1];

    public bool IsCurrent(RtpPacket packet) => packet.Ssrc == _current?.MappedSsrc;

    public void OnStreamAdded(in ProducerStreamInfo stream)
    {
        if (!mappedSsrcs.Contains(stream.MappedSsrc))
            return;

        if (_current is null || (!_hasBegun && stream.EncodingIndex > _current.Value.EncodingIndex))
            _current = stream;
    }

    public void OnScore(in ProducerStreamInfo stream)
    {
        if (stream.MappedSsrc == _current?.MappedSsrc)
            _current = stream;
    }

    public void RequireSync() => _needsSync = true;

    public ForwardingDecision Decide(RtpPacket packet)
    {
        if (!IsCurrent(packet))
            return new ForwardingDecision { Action = ForwardingAction.Ignore };

        // Not dropped: it may belong to the key frame whose first packet was overtaken.
        if (_needsSync && codec.CanBeKeyFrame && !packet.IsKeyFrame)
            return new ForwardingDecision { Action = ForwardingAction.Hold };

        if (packet.PayloadLength == 0 || (ignoreDtx && packet.Descriptor.IsDtx))
            return new ForwardingDecision { Action = ForwardingAction.Drop };

        bool isSync = _needsSync;
        _needsSync = false;
        _hasBegun = true;
        return new ForwardingDecision
        {
            Action = ForwardingAction.Forward,
            IsSync = isSync,
            SyncSequenceNumber = (ushort)(packet.SequenceNumber - 1),
            Marker = packet.Marker,
            ReleasesHeld = isSync && packet.IsKeyFrame,
        };
    }
}
