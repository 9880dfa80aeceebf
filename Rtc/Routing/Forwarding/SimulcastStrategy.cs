using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Rtc.Seams;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Forwards one of the streams in which the producer sends the same video at several qualities, and of that the
/// temporal layers that are wanted. Switches at key frames; to the receiver it is one stream.
/// </summary>
internal sealed class SimulcastStrategy : IForwardingStrategy
{
    // A packet that is late by more than this would not have passed the producer.
    private const int MaxLatePackets = 4096;

    private readonly IForwardingHost _host;
    private readonly MimeType _codec;
    private readonly ILayerFilter _filter;
    private readonly SimulcastLayer[] _layers;
    private readonly SimulcastLadder _ladder;
    private readonly SwitchTimeline _timeline;

    private LayerIndex _preferred;
    private LayerIndex _target = LayerIndex.None;
    private int _current = -1;

    private bool _hasAskedForLaterKeyFrame;
    private KeyFrameRetry _retry;
    private ushort _firstSequenceNumber;
    private bool _dropsOlder;

    /// <param name="host">The consumer.</param>
    /// <param name="codec">The codec of the streams.</param>
    /// <param name="encodings">The producer's encodings as they are renamed for consumers, lowest first.</param>
    /// <param name="filter">Chooses temporal layers.</param>
    /// <param name="clockRate">Ticks a second.</param>
    /// <param name="preferred">The layers that the application wants.</param>
    public SimulcastStrategy(
        IForwardingHost host,
        MimeType codec,
        IReadOnlyList<RtpEncodingParameters> encodings,
        ILayerFilter filter,
        uint clockRate,
        ConsumerLayers preferred)
    {
        _host = host;
        _codec = codec;
        _filter = filter;
        _layers = encodings.Map(encoding => new SimulcastLayer(encoding.Ssrc!.Value));
        _ladder = new SimulcastLadder(host, _layers, CanSwitchTo);
        _timeline = new SwitchTimeline(clockRate);
        SetPreferredLayers(preferred);
    }

    public ProducerStreamInfo? Current => _current < 0 ? null : _layers[_current].Stream;

    public ConsumerLayers? CurrentLayers =>
        _current < 0 ? null : new LayerIndex(_current, _filter.Current.Temporal).ToConsumerLayers();

    public ConsumerLayers? TargetLayers => _target.ToConsumerLayers();

    public bool IsCurrent(RtpPacket packet) => _current >= 0 && _layers[_current].MappedSsrc == packet.Ssrc;

    public void Note(in ProducerStreamInfo stream)
    {
        // The application says which streams it knows of; they need not be all of the producer's.
        int spatial = IndexOf(stream.MappedSsrc);
        if (spatial < 0)
            return;

        SimulcastLayer layer = _layers[spatial];
        layer.IsChanged |= layer.Stream?.IsAlive != stream.IsAlive;
        layer.IsNew |= layer.Stream is null;
        layer.Stream = stream;
    }

    public void Reconsider(bool isUrgent, long nowUs)
    {
        bool isChanged = false;
        bool isTargetNew = false;
        for (int i = 0; i < _layers.Length; i++)
        {
            isChanged |= _layers[i].IsChanged;
            isTargetNew |= _layers[i].IsNew && i == _target.Spatial;
            _layers[i].IsChanged = false;
            _layers[i].IsNew = false;
        }

        if (!_host.IsActive)
            return;

        if (!IsAnyAlive())
        {
            if (!_target.IsNone || _current >= 0)
                SetTarget(LayerIndex.None, nowUs);

            return;
        }

        // With managed bitrate a score that goes up and down changes nothing; only life and death do.
        if (isUrgent || isChanged || !_host.IsManaged)
            ChooseTarget(isUrgent, nowUs);

        if (isTargetNew && _current != _target.Spatial)
            AskForTarget(nowUs);
    }

    public void SetPreferredLayers(ConsumerLayers layers)
    {
        _preferred = new LayerIndex(layers.Spatial, layers.Temporal ?? byte.MaxValue);
        _ladder.Preferred = _preferred;
    }

    public void Begin(long nowUs)
    {
        _hasAskedForLaterKeyFrame = false;
        if (IsAnyAlive())
            ChooseTarget(isUrgent: false, nowUs);
    }

    public void Interrupt()
    {
        _ladder.Reset();
        SetTarget(LayerIndex.None, nowUs: 0);
    }

    public ForwardingDecision Decide(RtpPacket packet, in SentPosition sent, long nowUs)
    {
        int spatial = IndexOf(packet.Ssrc);
        if (spatial < 0)
            return ForwardingDecision.Ignore;

        NoteClock(spatial, packet, nowUs);
        if (spatial != _current && spatial != _target.Spatial)
            return ForwardingDecision.Ignore;

        if (spatial == _current)
            return DecideCurrent(packet);

        // Held, not dropped: it may belong to the key frame whose first packet was overtaken.
        if (_codec.CanBeKeyFrame && !packet.IsKeyFrame)
        {
            if (_retry.IsDue(nowUs))
                AskForTarget(nowUs);

            return ForwardingDecision.Hold;
        }

        return packet.PayloadLength == 0 ? ForwardingDecision.Ignore : Switch(packet, sent, nowUs);
    }

    public void RequestKeyFrame(long nowUs)
    {
        if (!_target.IsNone)
            AskForTarget(nowUs);

        if (_current >= 0 && _current != _target.Spatial)
            _host.RequestKeyFrame(_layers[_current].MappedSsrc, nowUs);
    }

    public void OnKeyFrameRequest(long nowUs)
    {
        if (_current >= 0)
            _host.RequestKeyFrame(_layers[_current].MappedSsrc, nowUs);
        else if (!_target.IsNone)
            AskForTarget(nowUs);
    }

    public long ClaimNextLayer(long availableBitrate, long nowUs) =>
        _ladder.ClaimNext(availableBitrate, nowUs);

    public void ApplyClaims(long nowUs)
    {
        LayerIndex claimed = _ladder.Reset();
        if (claimed != _target && _host.IsActive)
            SetTarget(claimed, nowUs);
    }

    public long GetGrantedBitrate(long nowUs) => _target.IsNone ? 0 : _ladder.GetBitrate(_target, nowUs);

    public long GetDesiredBitrate(long nowUs)
    {
        // The highest is not always the largest: an encoder starts it small.
        long desired = 0;
        foreach (SimulcastLayer layer in _layers)
        {
            if (layer.Stream is not null)
                desired = Math.Max(desired, _host.GetBitrate(layer.MappedSsrc, nowUs));
        }

        return desired;
    }

    private ForwardingDecision DecideCurrent(RtpPacket packet)
    {
        if (packet.PayloadLength == 0 || IsBeforeSwitch(packet.SequenceNumber))
            return ForwardingDecision.Drop;

        int temporal = _filter.Current.Temporal;
        if (!_filter.TryPass(packet, out PictureNumbers numbers, out _))
            return ForwardingDecision.Drop;

        _timeline.Follow(packet);
        return new ForwardingDecision
        {
            Action = ForwardingAction.Forward,
            TimestampOffset = _timeline.Offset,
            Marker = packet.Marker,
            PictureNumbers = numbers,
            ChangesLayers = temporal != _filter.Current.Temporal,
        };
    }

    private ForwardingDecision Switch(RtpPacket keyFrame, in SentPosition sent, long nowUs)
    {
        if (!_timeline.TryJoin(keyFrame, sent, acceptsAnyShift: _hasAskedForLaterKeyFrame))
        {
            // It was captured before what was sent last. One more chance, then it is shifted.
            _hasAskedForLaterKeyFrame = true;
            AskForTarget(nowUs);
            return ForwardingDecision.Ignore;
        }

        _hasAskedForLaterKeyFrame = false;
        _current = _target.Spatial;
        _firstSequenceNumber = keyFrame.SequenceNumber;
        _dropsOlder = true;
        _filter.SetTarget(_target);
        _filter.Start(keyFrame);
        ForwardingDecision decision = DecideCurrent(keyFrame);

        // A hole tells the receiver that the frame before is not whole; otherwise it would wait for its end.
        int gap = !sent.HasSent || sent.IsFrameComplete ? 1 : 2;
        decision.IsSync = true;
        decision.SyncSequenceNumber = (ushort)(keyFrame.SequenceNumber - gap);
        decision.SwitchesStream = true;
        decision.ReleasesHeld = keyFrame.IsKeyFrame;
        return decision;
    }

    private void NoteClock(int spatial, RtpPacket packet, long nowUs)
    {
        if (_layers[spatial].HasClock || packet.SenderTimeUs == RtpPacket.NoTime)
            return;

        _layers[spatial].HasClock = true;
        if (IsAnyAlive())
            ChooseTarget(isUrgent: false, nowUs);
    }

    private void ChooseTarget(bool isUrgent, long nowUs)
    {
        LayerIndex best = FindBest(nowUs);
        if (best == _target)
            return;

        if (!_host.IsManaged)
            SetTarget(best, nowUs);
        else if (best.Spatial != _target.Spatial || isUrgent)
            _host.OnBitrateNeedChanged(nowUs);
    }

    private LayerIndex FindBest(long nowUs)
    {
        int best = -1;
        for (int i = 0; i < _layers.Length; i++)
        {
            if (best >= 0 && i > _preferred.Spatial)
                break;

            bool isTooYoung = _host.IsManaged && best >= 0 && !_layers[i].IsSettled(nowUs);
            if (_layers[i].CanBeUsed && !isTooYoung && CanSwitchTo(i))
                best = i;
        }

        return best < 0 ? LayerIndex.None : new LayerIndex(best, _preferred.Temporal);
    }

    // Without a clock it could only be joined by arrival, which is better than nothing and worse than waiting for the
    // sender report.
    private bool CanSwitchTo(int spatial)
    {
        int reference = _timeline.HasBegun ? IndexOf(_timeline.Ssrc) : -1;
        return reference < 0 || spatial == reference || _layers[spatial].HasClock || !_layers[reference].CanBeUsed;
    }

    private void SetTarget(LayerIndex target, long nowUs)
    {
        if (target.Spatial != _target.Spatial)
            _host.ReleaseHeld();

        bool wasOnTheWayDown = !_target.IsNone && _target.Spatial < _current;
        _target = target;
        if (target.IsNone)
        {
            _current = -1;
            _host.OnLayersLost();
        }
        else if (target.Spatial == _current)
        {
            _filter.SetTarget(target);
        }
        else
        {
            // On the way down there is no room for all of what is sent until the key frame comes.
            if (target.Spatial < _current)
                _filter.SetTarget(new LayerIndex(_current, 0));
            else if (wasOnTheWayDown)
                _filter.SetTarget(new LayerIndex(_current, _preferred.Temporal));
            AskForTarget(nowUs);
        }
    }

    private void AskForTarget(long nowUs)
    {
        _retry.OnRequest(nowUs);
        _host.RequestKeyFrame(_layers[_target.Spatial].MappedSsrc, nowUs);
    }

    private bool IsBeforeSwitch(ushort sequenceNumber)
    {
        if (!_dropsOlder)
            return false;

        int distance = SequenceNumbers.Distance(_firstSequenceNumber, sequenceNumber);
        _dropsOlder = distance <= MaxLatePackets;
        return distance < 0;
    }

    private bool IsAnyAlive()
    {
        foreach (SimulcastLayer layer in _layers)
        {
            if (layer.Stream is { IsAlive: true })
                return true;
        }

        return false;
    }

    private int IndexOf(uint ssrc)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            if (_layers[i].MappedSsrc == ssrc)
                return i;
        }

        return -1;
    }
}
