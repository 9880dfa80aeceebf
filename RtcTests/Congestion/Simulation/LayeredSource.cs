using Rtc.Congestion;

namespace RtcTests.Congestion.Simulation;

/// <summary>
/// Video in layers that stands in for a consumer: claims the highest layer that fits and sends frames of it, all
/// packets of a frame at once, a key frame where another encoding begins.
/// </summary>
internal sealed class LayeredSource(long[] layers, int seed, int framesPerSecond = 30) : IBitrateClaimant
{
    /// <summary>Three encodings of 150, 500 and 1,500 kbit/s with three temporal layers each.</summary>
    public static readonly long[] Simulcast =
        [75_000, 110_000, 150_000, 250_000, 370_000, 500_000, 800_000, 1_100_000, 1_500_000];

    private const int PacketSize = 1_200;
    private const int LayersAnEncoding = 3;
    private const double KeyFrameFrames = 5;

    private readonly Random _random = new(seed);
    private int _claimed = -1;
    private bool _needsKeyFrame = true;

    public byte Priority { get; init; } = 1;

    /// <summary>The highest layer it may claim.</summary>
    public int Preferred { get; set; } = layers.Length - 1;

    /// <summary>The layer that is sent; -1 for none.</summary>
    public int Current { get; private set; } = -1;

    /// <summary>How often the layer changed.</summary>
    public int Switches { get; private set; }

    public long FrameIntervalUs => 1_000_000 / framesPerSecond;

    public long CurrentBitrate => Current < 0 ? 0 : layers[Current];

    public long ClaimNextLayer(long availableBitrate, bool considersLoss, long nowUs)
    {
        if (_claimed >= Preferred)
            return 0;

        long cost = layers[_claimed + 1] - (_claimed < 0 ? 0 : layers[_claimed]);
        if (cost > availableBitrate)
            return 0;

        _claimed++;
        return cost;
    }

    public void ApplyClaims(long nowUs)
    {
        if (_claimed != Current)
        {
            Switches++;
            _needsKeyFrame |= _claimed / LayersAnEncoding != Current / LayersAnEncoding || Current < 0;
        }

        Current = _claimed;
        _claimed = -1;
    }

    public long GetGrantedBitrate(long nowUs) => CurrentBitrate;

    public long GetDesiredBitrate(long nowUs) => Preferred < 0 ? 0 : layers[Preferred];

    /// <summary>The packets of the next frame, by their sizes.</summary>
    public IEnumerable<int> NextFrame()
    {
        if (Current < 0)
            yield break;

        double bytes = CurrentBitrate / 8.0 / framesPerSecond * (0.7 + (0.6 * _random.NextDouble()));
        if (_needsKeyFrame)
            bytes *= KeyFrameFrames;
        _needsKeyFrame = false;
        int left = Math.Max(60, (int)bytes);
        int packets = (left + PacketSize - 1) / PacketSize;
        for (int i = 0; i < packets; i++)
            yield return left / packets;
    }
}
