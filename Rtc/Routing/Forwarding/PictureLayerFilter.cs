using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Chooses spatial and temporal layers of VP9 (RFC 9628), and of what dependency descriptors describe: AV1 and H264.
/// All packets of one RTP timestamp are one picture; which layers pass is decided at its first packet and holds for all
/// of it, also for those that come late. Nothing is renumbered, for receivers find references by these numbers.
/// </summary>
/// <param name="declared">How many layers there are; packets of others do not pass.</param>
/// <param name="isDescribed">
/// Whether every packet describes itself (VP9), so that one that cannot be read does not pass.
/// </param>
internal sealed class PictureLayerFilter(ScalabilityMode declared, bool isDescribed) : ILayerFilter
{
    // Later than that, in ticks of a video clock, nothing passes the producer; and it is far less than the clock wraps
    // in.
    private const int MaxLateTicks = 10 * 90_000;

    private LayerIndex _target = LayerIndex.None;
    private LayerIndex _current = LayerIndex.None;

    // What passes: from _limitSince on, and before it.
    private LayerIndex _limit = LayerIndex.None;
    private LayerIndex _limitBefore = LayerIndex.None;
    private uint _limitSince;

    private bool _hasPicture;
    private uint _picture;
    private bool _hasLeftOut;
    private bool _mayAddTemporal;

    public LayerIndex Current => _current;

    public void SetTarget(LayerIndex target)
    {
        _target = new LayerIndex(
            Math.Min(target.Spatial, declared.SpatialLayers - 1), Math.Min(target.Temporal, declared.TemporalLayers - 1));
    }

    public void Start(RtpPacket keyFrame)
    {
        _hasPicture = false;
        _limit = _target;
        _limitBefore = LayerIndex.None;
        _limitSince = keyFrame.Timestamp;
        _current = LayerIndex.None;
    }

    public bool TryPass(RtpPacket packet, out PictureNumbers numbers, out bool endsPicture)
    {
        PayloadDescriptor descriptor = packet.Descriptor;
        numbers = default;
        endsPicture = false;
        if (descriptor.Codec == CodecKind.None)
            return !isDescribed;

        if (descriptor.SpatialLayer >= declared.SpatialLayers || descriptor.TemporalLayer >= declared.TemporalLayers)
            return false;

        NotePicture(packet.Timestamp, descriptor);
        int late = SequenceNumbers.Distance(packet.Timestamp, _limitSince);
        LayerIndex limit = late is > 0 and < MaxLateTicks ? _limitBefore : _limit;
        if (!IsNeeded(descriptor, limit))
        {
            _hasLeftOut |= packet.Timestamp == _picture && IsNeeded(descriptor, _target);
            return false;
        }

        endsPicture = descriptor.IsEndOfFrame && descriptor.SpatialLayer == limit.Spatial;
        if (limit == _limit)
            NoteCurrent(descriptor);

        return true;
    }

    private void NotePicture(uint timestamp, in PayloadDescriptor descriptor)
    {
        bool isNew = !_hasPicture || SequenceNumbers.IsNewer(timestamp, _picture);
        if (isNew)
        {
            _hasPicture = true;
            _picture = timestamp;
            _hasLeftOut = false;
            ForgetOldLimit(timestamp);
            SetLimit(descriptor.IsKeyFrame ? _target : LimitAt(descriptor), timestamp);
            _mayAddTemporal = descriptor.IsSwitchingPoint && descriptor.TemporalLayer == 0;
        }
        else if (descriptor.IsKeyFrame && timestamp == _picture && !_hasLeftOut)
        {
            // Overtaken by packets of its own picture, none of which was left out.
            SetLimit(_target, timestamp);
        }
    }

    private LayerIndex LimitAt(in PayloadDescriptor descriptor)
    {
        // With K-SVC the layers below the current one were not sent since the last key frame.
        int spatial = declared.IsKeyFrameOnly ? _limit.Spatial : Math.Min(_limit.Spatial, _target.Spatial);
        int temporal = Math.Min(_limit.Temporal, _target.Temporal);

        // On the way down there is no room for all of what is sent until the key frame comes.
        if (_target.Spatial < spatial)
            return new LayerIndex(spatial, 0);

        if (temporal < _target.Temporal && descriptor.HasDecodeTargets)
        {
            // Of the target itself only the highest spatial layer would say so, when it is too late for those below.
            for (int layer = _target.Temporal; layer > temporal; layer--)
            {
                if (descriptor.SwitchesTo.Contains(descriptor.SpatialLayer, layer))
                    temporal = layer;
            }
        }
        else if (temporal < _target.Temporal)
        {
            // A switching point says that what comes after it and is higher depends on nothing higher before it. Some
            // encoders mean that the picture itself depends on the base layer only.
            if (_mayAddTemporal)
                temporal = _target.Temporal;
            else if (descriptor.TemporalLayer == temporal + 1 && descriptor.IsSwitchingPoint)
                temporal++;
        }

        return new LayerIndex(spatial, temporal);
    }

    // Nothing from before it can come any more; and once the clock has nearly come round, all would seem to be from
    // before it.
    private void ForgetOldLimit(uint timestamp)
    {
        if (_limitBefore != _limit && timestamp - _limitSince >= MaxLateTicks)
            _limitBefore = _limit;
    }

    private void SetLimit(LayerIndex limit, uint timestamp)
    {
        if (limit == _limit)
            return;

        _limitBefore = _limit;
        _limit = limit;
        _limitSince = timestamp;
    }

    private bool IsNeeded(in PayloadDescriptor descriptor, LayerIndex limit)
    {
        if (descriptor.HasDecodeTargets)
            return descriptor.NeededBy.Contains(limit.Spatial, limit.Temporal);

        if (descriptor.SpatialLayer > limit.Spatial || descriptor.TemporalLayer > limit.Temporal)
            return false;

        // With K-SVC only key frames use the layers below.
        return !declared.IsKeyFrameOnly || descriptor.SpatialLayer == limit.Spatial
            || !descriptor.IsInterPicturePredicted;
    }

    private void NoteCurrent(in PayloadDescriptor descriptor)
    {
        _current = _current.Spatial == _limit.Spatial
            ? _current with { Temporal = Math.Min(Math.Max(descriptor.TemporalLayer, _current.Temporal), _limit.Temporal) }
            : new LayerIndex(_limit.Spatial, descriptor.TemporalLayer);
    }
}
