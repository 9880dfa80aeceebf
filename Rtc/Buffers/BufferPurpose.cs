namespace Rtc.Buffers;

/// <summary>
/// Why somebody holds a reference to pooled memory. Every reference names one, so that a leak can be told by who
/// made it.
/// </summary>
public enum BufferPurpose : byte
{
    /// <summary>The packet is on its way from the wire through producer, router and consumers.</summary>
    Forwarding,

    /// <summary>A sender keeps it to answer NACKs.</summary>
    Retransmission,

    /// <summary>A sender's records of what it can send again.</summary>
    RetransmissionRecords,

    /// <summary>A consumer keeps it until the key frame that it waits for has come.</summary>
    KeyFrameWait,

    /// <summary>Part of a message that is not whole yet.</summary>
    Reassembly,

    /// <summary>A message between the application and a direct transport.</summary>
    Message,

    /// <summary>A simulation or a test.</summary>
    Test,
}
