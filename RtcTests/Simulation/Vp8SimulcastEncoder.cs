using Rtc.Rtp;

namespace RtcTests.Simulation;

/// <summary>
/// One of the streams of a VP8 simulcast sender (RFC 7741), with three temporal layers, which its own descriptor tells
/// or the dependency descriptor. Numbers start anywhere and wrap.
/// </summary>
internal sealed class Vp8SimulcastEncoder : ISimulatedEncoder
{
    private readonly Random _random;
    private readonly Dictionary<int, uint> _frames = [];
    private readonly uint _timestampOffset;
    private readonly EncoderBudget? _budget;
    private readonly DependencyDescriptorWriter? _describer;
    private ushort _sequenceNumber;
    private ushort _pictureId;
    private byte _tl0PictureIndex;
    private int _picture;
    private bool _keyFrameWanted = true;

    public Vp8SimulcastEncoder(
        int seed,
        int stream,
        uint ssrc,
        int packetsPerFrame,
        bool shortPictureIds = false,
        EncoderBudget? budget = null,
        bool describesApart = false)
    {
        _random = new Random(seed);
        _budget = budget;
        if (describesApart && ScalabilityMode.TryParse("L1T3", out ScalabilityMode mode))
            _describer = new DependencyDescriptorWriter(mode);
        Stream = stream;
        Ssrc = ssrc;
        PacketsPerFrame = packetsPerFrame;
        ShortPictureIds = shortPictureIds;
        _timestampOffset = (uint)_random.NextInt64(1L << 32);
        _sequenceNumber = (ushort)_random.Next(65_536);
        _pictureId = (ushort)_random.Next(32_768);
        _tl0PictureIndex = (byte)_random.Next(256);
    }

    public int Stream { get; }

    public uint Ssrc { get; }

    public int PacketsPerFrame { get; }

    public bool ShortPictureIds { get; }

    public int KeyFrames { get; private set; }

    public void RequestKeyFrame() => _keyFrameWanted = true;

    /// <summary>The RTP timestamp of a moment.</summary>
    public uint TimestampAt(long timeUs) => _timestampOffset + (uint)(timeUs * 9 / 100);

    public IEnumerable<SimulatedPacket> Encode(FrameIds ids, long capturedAtUs)
    {
        uint id = ids.Take();
        bool isKeyFrame = _keyFrameWanted;
        if (isKeyFrame)
        {
            _keyFrameWanted = false;
            _picture = 0;
            _frames.Clear();
            KeyFrames++;
        }

        int temporal = TemporalPattern.LayerOf(_picture);
        _frames[_picture] = id;
        int packets = (isKeyFrame ? 3 : 1) * PacketsPerFrame;
        int length = 0;
        if (_budget is not null)
            (packets, length) = _budget.Spend(isKeyFrame, temporal, _random);

        var frame = new SimulatedFrame
        {
            Id = id,
            Dependencies = isKeyFrame
                ? []
                : [.. TemporalPattern.ReferencesOf(_picture).Select(reference => _frames[reference])],
            Spatial = 0,
            Temporal = temporal,
            Stream = Stream,
            CapturedAtUs = capturedAtUs,
            Packets = packets,
        };
        _pictureId = (ushort)((_pictureId + 1) & 0x7FFF);
        if (temporal == 0)
            _tl0PictureIndex++;

        bool isSync = TemporalPattern.IsSync(_picture);
        int picture = _picture++;
        for (int i = 0; i < packets; i++)
        {
            byte[] descriptor = Descriptor(i == 0, temporal, isSync);
            byte[] described =
                _describer?.Write(i == 0, i == packets - 1, isKeyFrame, picture, spatial: 0, frameNumber: _pictureId) ?? [];
            yield return new SimulatedPacket(
                frame,
                i,
                Ssrc,
                _sequenceNumber++,
                TimestampAt(capturedAtUs),
                i == packets - 1,
                frame.Write(descriptor, i, _budget is null ? _random.Next(60, 90) : length),
                described);
        }
    }

    private byte[] Descriptor(bool isFirst, int temporal, bool isSync)
    {
        byte first = (byte)(0x80 | (isFirst ? 0x10 : 0));
        byte layer = (byte)((temporal << 6) | (isSync ? 0x20 : 0));
        if (_describer is not null)
            return [first, 0x80, (byte)(0x80 | (_pictureId >> 8)), (byte)_pictureId];

        return ShortPictureIds
            ? [first, 0xE0, (byte)(_pictureId & 0x7F), _tl0PictureIndex, layer]
            : [first, 0xE0, (byte)(0x80 | (_pictureId >> 8)), (byte)_pictureId, _tl0PictureIndex, layer];
    }
}
