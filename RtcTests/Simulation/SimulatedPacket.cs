namespace RtcTests.Simulation;

/// <summary>A packet that a simulated encoder hands to the network.</summary>
/// <param name="Frame">Whose it is.</param>
/// <param name="Index">Which of the frame's packets.</param>
/// <param name="Ssrc">The stream.</param>
/// <param name="SequenceNumber">Its number.</param>
/// <param name="Timestamp">Its RTP timestamp.</param>
/// <param name="Marker">Whether it ends a picture.</param>
/// <param name="Payload">The codec's descriptor and the frame.</param>
/// <param name="DependencyDescriptor">That header extension; empty without.</param>
internal sealed record SimulatedPacket(
    SimulatedFrame Frame,
    int Index,
    uint Ssrc,
    ushort SequenceNumber,
    uint Timestamp,
    bool Marker,
    byte[] Payload,
    byte[] DependencyDescriptor);
