using Rtc.Rtp;
using RtcTests.Rtp.Codecs;

namespace RtcTests.Simulation;

/// <summary>
/// Writes dependency descriptors (AV1 RTP specification v1.0.0, appendix A.8) for <see cref="TemporalPattern"/>: seven
/// templates for each spatial layer, and a decode target for each choice of layers.
/// </summary>
internal sealed class DependencyDescriptorWriter(ScalabilityMode mode)
{
    private const uint NotPresent = 0;
    private const uint Discardable = 1;
    private const uint Switch = 2;
    private const uint Required = 3;
    private const uint IdOffset = 60;

    // What a template is of: key frames, then pictures of the pattern that are alike. All of a temporal layer together.
    private static readonly int[] TemplatePictures = [-1, 0, 4, 2, 6, 1, 3];

    private static readonly int[] TemplateOfPicture = [1, 5, 3, 6, 2, 6, 4, 6];

    public byte[] Write(bool isStart, bool isEnd, bool isKey, int picture, int spatial, ushort frameNumber)
    {
        int kind = isKey ? 0 : TemplateOfPicture[picture % TemporalPattern.Length];
        uint template = (IdOffset + (uint)((spatial * TemplatePictures.Length) + kind)) % 64;
        BitWriter bits = new BitWriter()
            .Bits(isStart ? 1u : 0, 1).Bits(isEnd ? 1u : 0, 1).Bits(template, 6).Bits(frameNumber, 16);
        if (isKey && spatial == 0 && isStart)
            WriteStructure(bits.Bits(0b10000, 5));

        return bits.ToArray();
    }

    private static int TemporalOf(int kind) => kind == 0 ? 0 : TemporalPattern.LayerOf(TemplatePictures[kind]);

    private void WriteStructure(BitWriter bits)
    {
        int targets = mode.SpatialLayers * mode.TemporalLayers;
        bits.Bits(IdOffset, 6).Bits((uint)(targets - 1), 5);
        for (int spatial = 0; spatial < mode.SpatialLayers; spatial++)
        {
            for (int kind = 0; kind < TemplatePictures.Length; kind++)
            {
                bool isLastKind = kind == TemplatePictures.Length - 1;
                uint next = !isLastKind ? (TemporalOf(kind + 1) > TemporalOf(kind) ? 1u : 0)
                    : spatial == mode.SpatialLayers - 1 ? 3u : 2u;
                bits.Bits(next, 2);
            }
        }

        ForEachTemplate((spatial, kind) =>
        {
            for (int target = 0; target < targets; target++)
                bits.Bits(Indicate(spatial, kind, target / mode.TemporalLayers, target % mode.TemporalLayers), 2);
        });

        // No frame differences, no chains, no resolutions: who only forwards reads none of them.
        ForEachTemplate((_, _) => bits.Bits(0, 1));
        bits.NonSymmetric(0, (uint)targets + 1).Bits(0, 1);
    }

    private void ForEachTemplate(Action<int, int> action)
    {
        for (int spatial = 0; spatial < mode.SpatialLayers; spatial++)
        {
            for (int kind = 0; kind < TemplatePictures.Length; kind++)
                action(spatial, kind);
        }
    }

    private uint Indicate(int spatial, int kind, int targetSpatial, int targetTemporal)
    {
        bool isKey = kind == 0;
        if (targetSpatial < spatial || targetTemporal < TemporalOf(kind))
            return NotPresent;

        if (isKey)
            return Switch;

        if (targetSpatial > spatial)
            return mode.IsKeyFrameOnly ? NotPresent : Required;

        // Everybody can begin with the first picture of the pattern, and with the layer of its second and third.
        return TemplatePictures[kind] switch
        {
            0 => Switch,
            4 => targetTemporal == 0 ? Switch : Required,
            1 => Switch,
            2 => targetTemporal == 1 ? Switch : Required,
            3 => Discardable,
            _ => Required,
        };
    }
}
