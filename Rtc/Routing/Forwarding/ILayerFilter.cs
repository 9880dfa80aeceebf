using Rtc.Rtp;
using Rtc.Rtp.Codecs;

namespace Rtc.Routing.Forwarding;

/// <summary>
/// Chooses, within one stream, the packets that make the wanted layers, so that whoever gets them can decode each: what
/// is added begins where the codec allows it, what is left out ends between frames.
/// </summary>
internal interface ILayerFilter
{
    /// <summary>The highest layers of what passed; temporal layers count from the last change of the spatial on.</summary>
    LayerIndex Current { get; }

    /// <summary>Sets the layers that are wanted.</summary>
    void SetTarget(LayerIndex target);

    /// <summary>
    /// Begins with a key frame: packets before it do not pass any more, numbers continue where they were.
    /// </summary>
    void Start(RtpPacket keyFrame);

    /// <summary>Whether a packet passes.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="numbers">What its payload descriptor has to say.</param>
    /// <param name="endsPicture">Whether it is the last that passes of its picture.</param>
    bool TryPass(RtpPacket packet, out PictureNumbers numbers, out bool endsPicture);
}
