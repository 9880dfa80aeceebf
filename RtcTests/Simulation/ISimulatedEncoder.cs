namespace RtcTests.Simulation;

/// <summary>An encoder that sends one RTP stream.</summary>
internal interface ISimulatedEncoder
{
    uint Ssrc { get; }

    /// <summary>The next picture is a key frame.</summary>
    void RequestKeyFrame();

    /// <summary>The RTP timestamp of a moment.</summary>
    uint TimestampAt(long timeUs);

    /// <summary>The packets of the next picture.</summary>
    IEnumerable<SimulatedPacket> Encode(FrameIds ids, long capturedAtUs);
}

/// <summary>Numbers the frames of all encoders of a sender.</summary>
internal sealed class FrameIds
{
    private uint _next;

    public uint Take() => _next++;
}
