using Rtc.Rtp;

namespace Rtc.Routing.Forwarding;

/// <summary>Forwards one stream of the producer as it is: simple consumers, and each stream of a pipe.</summary>
/// <param name="host">The consumer.</param>
/// <param name="codec">The codec of the stream.</param>
/// <param name="ignoreDtx">Whether packets of Opus that hold silence are left out.</param>
/// <param name="mappedSsrc">The SSRC of the producer's stream.</param>
internal sealed class SingleStreamStrategy(
    IForwardingHost host, MimeType codec, bool ignoreDtx, uint mappedSsrc) : IForwardingStrategy
{
    private ProducerStreamInfo? _current;
    private bool _needsSync = true;
    private long _claimed;
    private long _granted;

    public ProducerStreamInfo? Current => _current;

    public ConsumerLayers? CurrentLayers => null;

    public ConsumerLayers? TargetLayers => null;

    public bool IsCurrent(RtpPacket packet) => packet.Ssrc == mappedSsrc;

    public void Note(in ProducerStreamInfo stream)
    {
        if (stream.MappedSsrc == mappedSsrc)
            _current = stream;
    }

    public void Reconsider(bool isUrgent, long nowUs)
    {
    }

    public void SetPreferredLayers(ConsumerLayers layers)
    {
    }

    public void Begin(long nowUs)
    {
        _needsSync = true;
        if (codec.Kind == MediaKind.Video && _current is { IsAlive: true })
            host.RequestKeyFrame(mappedSsrc, nowUs);

        if (codec.Kind == MediaKind.Video && host.IsManaged)
            host.OnBitrateNeedChanged(nowUs);
    }

    public void Interrupt()
    {
    }

    public ForwardingDecision Decide(RtpPacket packet, in SentPosition sent, long nowUs)
    {
        if (!IsCurrent(packet))
            return ForwardingDecision.Ignore;

        // Not dropped: it may belong to the key frame whose first packet was overtaken.
        if (_needsSync && codec.CanBeKeyFrame && !packet.IsKeyFrame)
            return ForwardingDecision.Hold;

        if (packet.PayloadLength == 0 || (ignoreDtx && packet.Descriptor.IsDtx))
            return ForwardingDecision.Drop;

        bool isSync = _needsSync;
        _needsSync = false;
        return new ForwardingDecision
        {
            Action = ForwardingAction.Forward,
            IsSync = isSync,
            SyncSequenceNumber = (ushort)(packet.SequenceNumber - 1),
            Marker = packet.Marker,
            ReleasesHeld = isSync && packet.IsKeyFrame,
        };
    }

    public void RequestKeyFrame(long nowUs) => host.RequestKeyFrame(mappedSsrc, nowUs);

    public void OnKeyFrameRequest(long nowUs) => host.RequestKeyFrame(mappedSsrc, nowUs);

    // It takes what it takes; by saying so it leaves less to the others.
    public long ClaimNextLayer(long availableBitrate, long nowUs)
    {
        if (_claimed > 0 || _current is not { IsAlive: true })
            return 0;

        _claimed = Math.Min(availableBitrate, GetDesiredBitrate(nowUs));
        return _claimed;
    }

    public void ApplyClaims(long nowUs)
    {
        _granted = _claimed;
        _claimed = 0;
    }

    public long GetGrantedBitrate(long nowUs) => _granted;

    public long GetDesiredBitrate(long nowUs) =>
        _current is null ? 0 : host.GetBitrate(mappedSsrc, nowUs);
}
