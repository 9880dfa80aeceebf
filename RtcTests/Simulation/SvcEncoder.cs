using Rtc.Rtp;

namespace RtcTests.Simulation;

/// <summary>
/// An encoder that sends spatial and temporal layers in one stream: VP9 (RFC 9628), or AV1 with dependency descriptors
/// (AV1 RTP specification v1.0.0). With a mode that ends in "_KEY" spatial layers depend on each other in key frames
/// only. Numbers start anywhere and wrap.
/// </summary>
internal sealed class SvcEncoder : ISimulatedEncoder
{
    private readonly Random _random;
    private readonly CodecKind _codec;
    private readonly ScalabilityMode _mode;
    private readonly DependencyDescriptorWriter _descriptors;
    private readonly Dictionary<(int Picture, int Spatial), uint> _frames = [];
    private readonly EncoderBudget[]? _budgets;
    private readonly uint _timestampOffset;
    private ushort _sequenceNumber;
    private ushort _pictureId;
    private ushort _frameNumber;
    private byte _tl0PictureIndex;
    private int _picture;
    private bool _keyFrameWanted = true;

    /// <param name="seed">Repeats what is drawn.</param>
    /// <param name="ssrc">Its stream.</param>
    /// <param name="codec">VP9 or AV1.</param>
    /// <param name="mode">A scalability mode with three temporal layers.</param>
    /// <param name="budgets">What each spatial layer may take; null for few small packets.</param>
    public SvcEncoder(int seed, uint ssrc, CodecKind codec, string mode, EncoderBudget[]? budgets = null)
    {
        _budgets = budgets;
        _random = new Random(seed);
        _codec = codec;
        ScalabilityMode.TryParse(mode, out _mode);
        _descriptors = new DependencyDescriptorWriter(_mode);
        Ssrc = ssrc;
        Layers = _mode.SpatialLayers;
        _timestampOffset = (uint)_random.NextInt64(1L << 32);
        _sequenceNumber = (ushort)_random.Next(65_536);
        _pictureId = (ushort)_random.Next(32_768);
        _frameNumber = (ushort)_random.Next(65_536);
        _tl0PictureIndex = (byte)_random.Next(256);
    }

    public uint Ssrc { get; }

    /// <summary>How many spatial layers are sent; an encoder that runs short leaves the highest out.</summary>
    public int Layers { get; set; }

    public void RequestKeyFrame() => _keyFrameWanted = true;

    public uint TimestampAt(long timeUs) => _timestampOffset + (uint)(timeUs * 9 / 100);

    public IEnumerable<SimulatedPacket> Encode(FrameIds ids, long capturedAtUs)
    {
        bool isKey = _keyFrameWanted;
        if (isKey)
        {
            _keyFrameWanted = false;
            _picture = 0;
            _frames.Clear();
        }

        int temporal = TemporalPattern.LayerOf(_picture);
        _pictureId = (ushort)((_pictureId + 1) & 0x7FFF);
        if (temporal == 0)
            _tl0PictureIndex++;

        for (int spatial = 0; spatial < Layers; spatial++)
        {
            (int packets, int length) = _budgets?[spatial].Spend(isKey, temporal, _random)
                ?? ((isKey ? 2 : 1) * (spatial + 1), 0);
            SimulatedFrame frame = CreateFrame(ids.Take(), isKey, spatial, temporal, capturedAtUs, packets);
            _frameNumber++;
            for (int i = 0; i < frame.Packets; i++)
            {
                bool isLast = i == frame.Packets - 1;
                byte[] descriptor = _codec == CodecKind.Vp9 ? Vp9Descriptor(frame, isKey, i == 0, isLast) : [0x10];
                yield return new SimulatedPacket(
                    frame,
                    i,
                    Ssrc,
                    _sequenceNumber++,
                    TimestampAt(capturedAtUs),
                    isLast && spatial == Layers - 1,
                    frame.Write(descriptor, i, _budgets is null ? _random.Next(60, 90) : length),
                    _codec == CodecKind.Vp9
                        ? []
                        : _descriptors.Write(i == 0, isLast, isKey, _picture, spatial, _frameNumber));
            }
        }

        _picture++;
    }

    private SimulatedFrame CreateFrame(
        uint id, bool isKey, int spatial, int temporal, long capturedAtUs, int packets)
    {
        _frames[(_picture, spatial)] = id;
        List<uint> dependencies = [];
        if (spatial > 0 && (isKey || !_mode.IsKeyFrameOnly))
            dependencies.Add(_frames[(_picture, spatial - 1)]);

        // A layer that was left out begins on top of the one below it.
        if (!isKey)
        {
            dependencies.AddRange(TemporalPattern.ReferencesOf(_picture)
                .Where(reference => _frames.ContainsKey((reference, spatial)))
                .Select(reference => _frames[(reference, spatial)]));
        }

        return new SimulatedFrame
        {
            Id = id,
            Dependencies = [.. dependencies],
            Spatial = spatial,
            Temporal = temporal,
            Stream = 0,
            CapturedAtUs = capturedAtUs,
            Packets = packets,
        };
    }

    private byte[] Vp9Descriptor(SimulatedFrame frame, bool isKey, bool isFirst, bool isLast)
    {
        byte flags = (byte)(0xA0 | (isKey ? 0 : 0x40) | (isFirst ? 0x08 : 0) | (isLast ? 0x04 : 0));
        bool isSwitchingPoint = TemporalPattern.IsSync(_picture);
        bool usesLower = frame.Spatial > 0 && (isKey || !_mode.IsKeyFrameOnly);
        byte layers = (byte)((frame.Temporal << 5) | (isSwitchingPoint ? 0x10 : 0) | (frame.Spatial << 1)
            | (usesLower ? 1 : 0));
        return [flags, (byte)(0x80 | (_pictureId >> 8)), (byte)_pictureId, layers, _tl0PictureIndex];
    }
}
