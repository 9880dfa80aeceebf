namespace RtcTests.Simulation;

/// <summary>
/// What an encoder with a target bitrate spends on its frames: more on the base layer, and several times as much on a
/// key frame, which it then saves on those that follow.
/// </summary>
/// <param name="bitsPerSecond">The target.</param>
/// <param name="framesPerSecond">Frames of all temporal layers.</param>
/// <param name="keyFrameWeight">
/// How many times as large a key frame is; less where it is predicted from the layer below.
/// </param>
internal sealed class EncoderBudget(long bitsPerSecond, int framesPerSecond, double keyFrameWeight)
{
    private const int PacketLength = 1_100;
    private const int LeastLength = 60;
    private const double SavedShare = 0.2;

    // A quarter of the frames is of T0, a quarter of T1, half of T2.
    private static readonly double[] TemporalWeights = [1.6, 0.8, 0.8];

    private readonly double _mean = bitsPerSecond / 8.0 / framesPerSecond;
    private double _debt;

    /// <summary>How many packets the next frame has, and how long each is.</summary>
    public (int Packets, int Length) Spend(bool isKeyFrame, int temporal, Random random)
    {
        double bytes = _mean * (0.8 + (0.4 * random.NextDouble()));
        if (isKeyFrame)
        {
            bytes *= keyFrameWeight;
            _debt += bytes - _mean;
        }
        else
        {
            bytes *= TemporalWeights[temporal];
            double saved = Math.Min(_debt, bytes * SavedShare);
            _debt -= saved;
            bytes -= saved;
        }

        int packets = Math.Max(1, (int)Math.Ceiling(bytes / PacketLength));
        return (packets, Math.Max(LeastLength, (int)(bytes / packets)));
    }
}
