namespace Rtc.Rtp.Codecs;

/// <summary>
/// Reads the dependency descriptors (AV1 RTP specification v1.0.0, appendix A) of one stream. Key frames carry the
/// templates that the frames after them refer to, so it remembers the last ones. Memory is bounded by the format: 64
/// templates.
/// </summary>
public sealed class DependencyDescriptorReader
{
    private const int MandatoryLength = 3;

    private TemplateStructure _templates = new();
    private TemplateStructure _scratch = new();

    /// <summary>
    /// Reads a descriptor into the facts that all codecs share: frame start and end, frame number as picture id,
    /// layers, key frame where templates are attached. False when it is malformed or refers to a template that is not
    /// known, which is so before the first key frame.
    /// </summary>
    /// <param name="data">The header extension's data; an empty one is no descriptor.</param>
    /// <param name="codec">What <see cref="PayloadDescriptor.Codec"/> is to say.</param>
    /// <param name="descriptor">What was read.</param>
    public bool TryRead(ReadOnlySpan<byte> data, CodecKind codec, out PayloadDescriptor descriptor)
    {
        descriptor = default;
        if (data.Length < MandatoryLength)
            return false;

        var bits = new BitReader(data);
        bool isStart = bits.ReadFlag();
        bool isEnd = bits.ReadFlag();
        int templateId = (int)bits.ReadBits(6);
        var frameNumber = (ushort)bits.ReadBits(16);

        bool hasStructure = false;
        Span<byte> ownIndications = stackalloc byte[TemplateStructure.MaxDecodeTargets];
        int ownCount = 0;
        if (data.Length > MandatoryLength
            && !TryReadExtended(ref bits, ownIndications, out hasStructure, out ownCount))
        {
            return false;
        }

        if (!_templates.TryGetLayers(templateId, out byte spatialLayer, out byte temporalLayer))
            return false;

        _templates.GetTargets(templateId, ownIndications[..ownCount], out LayerSet neededBy, out LayerSet switchesTo);

        descriptor = new PayloadDescriptor
        {
            Codec = codec,
            IsKeyFrame = hasStructure,
            IsStartOfFrame = isStart,
            IsEndOfFrame = isEnd,
            HasPictureId = true,
            PictureId = frameNumber,
            HasLayers = true,
            HasTemporalLayer = true,
            SpatialLayer = spatialLayer,
            TemporalLayer = temporalLayer,
            HasDecodeTargets = true,
            NeededBy = neededBy,
            SwitchesTo = switchesTo,
            SpatialLayerCount = hasStructure ? _templates.SpatialLayerCount : (byte)0,
            TemporalLayerCount = hasStructure ? _templates.TemporalLayerCount : (byte)0,
        };
        return true;
    }

    /// <summary>
    /// Reads the flags, the templates, and what this frame is to the decode targets where that is otherwise than its
    /// template says. What stands behind that (frames that it refers to, chains) is not needed to choose layers.
    /// </summary>
    private bool TryReadExtended(
        scoped ref BitReader bits, scoped Span<byte> ownIndications, out bool hasStructure, out int ownCount)
    {
        ownCount = 0;
        hasStructure = bits.ReadFlag();
        bool hasActiveTargets = bits.ReadFlag();
        bool hasOwnIndications = bits.ReadFlag();
        bits.ReadBits(2);
        if (hasStructure)
        {
            if (!_scratch.TryRead(ref bits))
                return false;

            (_templates, _scratch) = (_scratch, _templates);
        }

        if (hasActiveTargets)
            bits.ReadBits(_templates.DecodeTargetCount);

        if (hasOwnIndications)
        {
            ownCount = _templates.DecodeTargetCount;
            for (int i = 0; i < ownCount; i++)
                ownIndications[i] = (byte)bits.ReadBits(2);
        }

        return !bits.IsExhausted;
    }

    private sealed class TemplateStructure
    {
        public const int MaxDecodeTargets = 32;

        private const int MaxTemplates = 64;
        private const int MaxLayerId = 7;

        private readonly byte[] _spatialLayers = new byte[MaxTemplates];
        private readonly byte[] _temporalLayers = new byte[MaxTemplates];
        private readonly byte[] _indications = new byte[MaxTemplates * MaxDecodeTargets];
        private readonly LayerSet[] _neededBy = new LayerSet[MaxTemplates];
        private readonly LayerSet[] _switchesTo = new LayerSet[MaxTemplates];
        private readonly DecodeTargets _targets = new();
        private int _idOffset;
        private int _count;

        public int DecodeTargetCount { get; private set; }

        public byte SpatialLayerCount { get; private set; }

        public byte TemporalLayerCount { get; private set; }

        public bool TryGetLayers(int templateId, out byte spatialLayer, out byte temporalLayer)
        {
            int index = (templateId + MaxTemplates - _idOffset) % MaxTemplates;
            bool exists = index < _count;
            spatialLayer = exists ? _spatialLayers[index] : (byte)0;
            temporalLayer = exists ? _temporalLayers[index] : (byte)0;
            return exists;
        }

        public void GetTargets(
            int templateId, ReadOnlySpan<byte> ownIndications, out LayerSet neededBy, out LayerSet switchesTo)
        {
            int index = (templateId + MaxTemplates - _idOffset) % MaxTemplates;
            neededBy = _neededBy[index];
            switchesTo = _switchesTo[index];
            if (!ownIndications.IsEmpty)
            {
                _targets.Resolve(
                    ownIndications, _spatialLayers[index], _temporalLayers[index], out neededBy, out switchesTo);
            }
        }

        public bool TryRead(ref BitReader bits)
        {
            _idOffset = (int)bits.ReadBits(6);
            DecodeTargetCount = (int)bits.ReadBits(5) + 1;
            if (!TryReadLayers(ref bits))
                return false;

            ReadDecodeTargets(ref bits);
            SkipFrameDiffs(ref bits);
            SkipChains(ref bits);
            if (bits.ReadFlag())
            {
                for (int i = 0; i < SpatialLayerCount; i++)
                    bits.ReadBits(32);
            }

            return !bits.IsExhausted;
        }

        private bool TryReadLayers(ref BitReader bits)
        {
            byte spatialLayer = 0;
            byte temporalLayer = 0;
            byte maxTemporalLayer = 0;
            uint next = 0;
            for (_count = 0; next != 3; _count++)
            {
                if (_count == MaxTemplates || spatialLayer > MaxLayerId || temporalLayer > MaxLayerId)
                    return false;

                _spatialLayers[_count] = spatialLayer;
                _temporalLayers[_count] = temporalLayer;
                maxTemporalLayer = Math.Max(maxTemporalLayer, temporalLayer);
                next = bits.ReadBits(2);
                if (next == 1)
                    temporalLayer++;
                else if (next == 2)
                    (spatialLayer, temporalLayer) = ((byte)(spatialLayer + 1), 0);
            }

            SpatialLayerCount = (byte)(spatialLayer + 1);
            TemporalLayerCount = (byte)(maxTemporalLayer + 1);
            return !bits.IsExhausted;
        }

        private void ReadDecodeTargets(ref BitReader bits)
        {
            _targets.Reset(DecodeTargetCount);
            for (int i = 0; i < _count; i++)
            {
                Span<byte> indications = IndicationsOf(i);
                for (int target = 0; target < indications.Length; target++)
                    indications[target] = (byte)bits.ReadBits(2);

                _targets.Add(indications, _spatialLayers[i], _temporalLayers[i]);
            }

            _targets.Complete();
            for (int i = 0; i < _count; i++)
            {
                _targets.Resolve(
                    IndicationsOf(i), _spatialLayers[i], _temporalLayers[i], out _neededBy[i], out _switchesTo[i]);
            }
        }

        private Span<byte> IndicationsOf(int template) =>
            _indications.AsSpan(template * MaxDecodeTargets, DecodeTargetCount);

        private void SkipFrameDiffs(ref BitReader bits)
        {
            for (int i = 0; i < _count; i++)
            {
                while (bits.ReadFlag())
                    bits.ReadBits(4);
            }
        }

        private void SkipChains(ref BitReader bits)
        {
            uint chains = bits.ReadNonSymmetric((uint)DecodeTargetCount + 1);
            if (chains == 0)
                return;

            for (int i = 0; i < DecodeTargetCount; i++)
                bits.ReadNonSymmetric(chains);
            for (int i = 0; i < _count * (int)chains; i++)
                bits.ReadBits(4);
        }
    }
}
