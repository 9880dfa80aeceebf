using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Forwards the wanted spatial and temporal layers of a producer that sends all of them in one stream.
/// </summary>
internal sealed class SvcStrategy : IForwardingStrategy
{
    private readonly IForwardingHost _host;
    private readonly uint _mappedSsrc;
    private readonly ScalabilityMode _mode;
    private readonly ILayerFilter _filter;
    private readonly LayerActivity _activity;
    private readonly SvcLadder _ladder;

    private ProducerStreamInfo? _stream;
    private LayerIndex _preferred;
    private LayerIndex _target = LayerIndex.None;
    private bool _hasBegun;
    private bool _isChanged;
    private KeyFrameRetry _retry;

    /// <param name="host">The consumer.</param>
    /// <param name="mappedSsrc">The SSRC of the producer's stream.</param>
    /// <param name="mode">The layers there are.</param>
    /// <param name="filter">Chooses packets.</param>
    /// <param name="preferred">The layers that the application wants.</param>
    public SvcStrategy(
        IForwardingHost host, uint mappedSsrc, ScalabilityMode mode, ILayerFilter filter, ConsumerLayers preferred)
    {
        _host = host;
        _mappedSsrc = mappedSsrc;
        _mode = mode;
        _filter = filter;
        _activity = new LayerActivity(mode.SpatialLayers);
        _ladder = new SvcLadder(host, mappedSsrc, mode);
        SetPreferredLayers(preferred);
    }

    public ProducerStreamInfo? Current => CurrentLayers is null ? null : _stream;

    public ConsumerLayers? CurrentLayers => _hasBegun ? _filter.Current.ToConsumerLayers() : null;

    public ConsumerLayers? TargetLayers => _target.ToConsumerLayers();

    private int CurrentSpatial => _hasBegun ? _filter.Current.Spatial : -1;

    private bool NeedsKeyFrame => _mode.IsKeyFrameOnly
        ? _target.Spatial != CurrentSpatial
        : _target.Spatial > CurrentSpatial;

    private bool CanBeUsed => _stream is { Score: > 0 };

    public bool IsCurrent(RtpPacket packet) => packet.Ssrc == _mappedSsrc;

    public void Note(in ProducerStreamInfo stream)
    {
        if (stream.MappedSsrc != _mappedSsrc)
            return;

        _isChanged |= (_stream?.Score > 0) != (stream.Score > 0);
        _stream = stream;
    }

    public void Reconsider(bool isUrgent, long nowUs)
    {
        bool isChanged = _isChanged;
        _isChanged = false;
        if (_host.IsActive && (isUrgent || isChanged || !_host.IsManaged))
            ChooseTarget(isUrgent, nowUs);
    }

    public void SetPreferredLayers(ConsumerLayers layers)
    {
        _preferred = new LayerIndex(layers.Spatial, layers.Temporal ?? byte.MaxValue);
        _ladder.Preferred = _preferred;
    }

    public void Begin(long nowUs)
    {
        _hasBegun = false;
        for (int spatial = 0; spatial < _mode.SpatialLayers; spatial++)
            _activity.Reset(spatial, _ladder.Arrives(spatial, nowUs), nowUs);

        ChooseTarget(isUrgent: false, nowUs);
    }

    public void Interrupt()
    {
        _ladder.Reset();
        _hasBegun = false;
        SetTarget(LayerIndex.None, nowUs: 0);
    }

    public ForwardingDecision Decide(RtpPacket packet, in SentPosition sent, long nowUs)
    {
        if (!IsCurrent(packet))
            return ForwardingDecision.Ignore;

        if (_activity.Note(packet.SpatialLayer, nowUs))
            ChooseTarget(isUrgent: false, nowUs);

        if (_target.IsNone)
            return ForwardingDecision.Ignore;

        if (!_hasBegun)
            return DecideFirst(packet, nowUs);

        ForwardingDecision decision = packet.PayloadLength == 0 ? ForwardingDecision.Drop : DecideCurrent(packet);
        if (NeedsKeyFrame && _retry.IsDue(nowUs))
            RequestKeyFrame(nowUs);

        return decision;
    }

    public void RequestKeyFrame(long nowUs)
    {
        _retry.OnRequest(nowUs);
        _host.RequestKeyFrame(_mappedSsrc, nowUs);
    }

    public void OnKeyFrameRequest(long nowUs) => RequestKeyFrame(nowUs);

    public long ClaimNextLayer(long availableBitrate, long nowUs) => CanBeUsed
        ? _ladder.ClaimNext(availableBitrate, nowUs)
        : 0;

    public void ApplyClaims(long nowUs)
    {
        LayerIndex claimed = _ladder.Reset();
        if (claimed != _target && _host.IsActive)
            SetTarget(claimed, nowUs);
    }

    public long GetGrantedBitrate(long nowUs) => _target.IsNone ? 0 : _ladder.GetBitrate(_target, nowUs);

    public long GetDesiredBitrate(long nowUs) => CanBeUsed ? _ladder.GetDesired(nowUs) : 0;

    private ForwardingDecision DecideFirst(RtpPacket packet, long nowUs)
    {
        if (!packet.IsKeyFrame)
        {
            if (_retry.IsDue(nowUs))
                RequestKeyFrame(nowUs);

            return ForwardingDecision.Hold;
        }

        _hasBegun = true;
        _filter.SetTarget(_target);
        _filter.Start(packet);
        ForwardingDecision decision = DecideCurrent(packet);
        decision.IsSync = true;
        decision.SyncSequenceNumber = (ushort)(packet.SequenceNumber - 1);
        decision.ReleasesHeld = true;
        return decision;
    }

    private ForwardingDecision DecideCurrent(RtpPacket packet)
    {
        LayerIndex before = _filter.Current;
        if (!_filter.TryPass(packet, out PictureNumbers numbers, out bool endsPicture))
            return ForwardingDecision.Drop;

        return new ForwardingDecision
        {
            Action = ForwardingAction.Forward,
            Marker = packet.Marker || endsPicture,
            PictureNumbers = numbers,
            ChangesLayers = before != _filter.Current,
        };
    }

    private void ChooseTarget(bool isUrgent, long nowUs)
    {
        if (!_host.IsActive)
            return;

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
        for (int spatial = 0; CanBeUsed && spatial < _mode.SpatialLayers; spatial++)
        {
            if (best >= 0 && spatial > _preferred.Spatial)
                break;

            if (_activity.IsActive(spatial, nowUs))
                best = spatial;
        }

        return best < 0 ? LayerIndex.None : new LayerIndex(best, _preferred.Temporal);
    }

    private void SetTarget(LayerIndex target, long nowUs)
    {
        _target = target;
        if (target.IsNone)
        {
            _hasBegun = false;
            _host.ReleaseHeld();
            _host.OnLayersLost();
            return;
        }

        _filter.SetTarget(target);
        if (NeedsKeyFrame)
            RequestKeyFrame(nowUs);
    }
}
