using Rtc.Rtp;
using Rtc.Rtp.Codecs;
using Rtc.Streams;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Chooses temporal layers of VP8 (RFC 7741) and numbers the pictures that pass without a gap, for receivers take a gap
/// for a loss and wait. What passes is decided once a picture, at the first of its packets, and remembered by the
/// numbering.
/// </summary>
/// <param name="hasTemporalLayers">Whether there are layers to choose from; otherwise all pictures pass.</param>
internal sealed class Vp8LayerFilter(bool hasTemporalLayers) : ILayerFilter
{
    private const int PictureIdBits = 15;
    private const int Tl0PictureIndexBits = 8;

    // Further back than a picture can be late, and far less than the numbers wrap in.
    private const int MaxLatePictures = 512;

    private readonly SequenceRewriter _pictureIds = new(bits: PictureIdBits, history: MaxLatePictures);
    private readonly SequenceRewriter _tl0PictureIndexes = new(bits: Tl0PictureIndexBits);

    private int _target = -1;
    private bool _hasPicture;
    private ushort _newestPicture;

    // Up to which layer pictures pass: from _limitSince on, and before it.
    private int _limit;
    private int _limitBefore;
    private ushort _limitSince;
    private int _current;

    public LayerIndex Current => new(0, hasTemporalLayers ? _current : 0);

    public void SetTarget(LayerIndex target) => _target = hasTemporalLayers ? target.Temporal : byte.MaxValue;

    public void Start(RtpPacket keyFrame)
    {
        PayloadDescriptor descriptor = keyFrame.Descriptor;
        if (descriptor.HasPictureId)
            _pictureIds.Sync((ushort)((descriptor.PictureId - 1) & 0x7FFF));

        if (descriptor.HasTl0PictureIndex)
            _tl0PictureIndexes.Sync((byte)(descriptor.Tl0PictureIndex - 1));

        _hasPicture = false;
        _limit = _target;
        _limitBefore = _target;
        _limitSince = descriptor.PictureId;
        _current = descriptor.TemporalLayer;
    }

    public bool TryPass(RtpPacket packet, out PictureNumbers numbers, out bool endsPicture)
    {
        PayloadDescriptor descriptor = packet.Descriptor;
        numbers = default;
        endsPicture = false;
        if (descriptor.Codec != CodecKind.Vp8)
            return false;

        ushort pictureId = Lengthen(descriptor);
        bool passes = descriptor.HasPictureId
            ? TryPassPicture(pictureId, descriptor)
            : descriptor.TemporalLayer <= _target;
        if (!passes)
            return false;

        ushort tl0PictureIndex = 0;
        if ((descriptor.HasPictureId && !_pictureIds.TryRewrite(pictureId, out pictureId))
            || (descriptor.HasTl0PictureIndex
                && !_tl0PictureIndexes.TryRewrite(descriptor.Tl0PictureIndex, out tl0PictureIndex)))
        {
            return false;
        }

        if (descriptor.TemporalLayer <= _limit)
            _current = Math.Max(_current, descriptor.TemporalLayer);

        _current = Math.Min(_current, _limit);
        if (descriptor.HasPictureId || descriptor.HasTl0PictureIndex)
            numbers = new PictureNumbers(pictureId, (byte)tl0PictureIndex);

        return true;
    }

    // Picture ids of 7 bits wrap within seconds; what is written always has 15.
    private ushort Lengthen(in PayloadDescriptor descriptor)
    {
        int step = ((descriptor.PictureId - _newestPicture) << 25) >> 25;
        return descriptor.IsLongPictureId || !_hasPicture
            ? descriptor.PictureId
            : (ushort)((_newestPicture + step) & 0x7FFF);
    }

    private bool TryPassPicture(ushort pictureId, in PayloadDescriptor descriptor)
    {
        bool isNew = !_hasPicture || SequenceNumbers.IsNewer15(pictureId, _newestPicture);
        if (isNew)
        {
            _hasPicture = true;
            _newestPicture = pictureId;
            ForgetOldLimit(pictureId);
            SetLimit(LimitAt(descriptor), pictureId);
            if (descriptor.TemporalLayer <= _limit || descriptor.IsKeyFrame)
                return true;

            _pictureIds.Drop(pictureId);
            return false;
        }

        int late = SequenceNumbers.Distance15(pictureId, _limitSince);
        return descriptor.TemporalLayer <= (late is > 0 and < MaxLatePictures ? _limitBefore : _limit);
    }

    // After a key frame nothing depends on what was left out before it. A picture whose sync bit is set depends on the
    // base layer only; those above it may depend on it, so layers are added one at a time.
    private int LimitAt(in PayloadDescriptor descriptor)
    {
        if (descriptor.IsKeyFrame || _target < _limit)
            return _target;

        return descriptor.TemporalLayer == _limit + 1 && descriptor.IsSwitchingPoint && _limit < _target
            ? _limit + 1
            : _limit;
    }

    // Nothing from before it can come any more; and once the numbers have nearly come round, all would seem to be from
    // before it.
    private void ForgetOldLimit(ushort pictureId)
    {
        if (_limitBefore != _limit && ((pictureId - _limitSince) & 0x7FFF) >= MaxLatePictures)
            _limitBefore = _limit;
    }

    private void SetLimit(int limit, ushort pictureId)
    {
        if (limit == _limit)
            return;

        _limitBefore = _limit;
        _limit = limit;
        _limitSince = pictureId;
    }
}
