namespace Rtc.Sctp;

/// <summary>
/// What an association tells its owner, in order, from inside the call that causes it. The owner may send, reset and
/// abort from inside these calls.
/// </summary>
public interface ISctpListener
{
    /// <summary>
    /// The state changed. <see cref="SctpState.Connecting"/> is told when INIT is sent and again when it is answered.
    /// </summary>
    void OnSctpStateChanged(SctpState state);

    /// <summary>What was negotiated; comes before <see cref="SctpState.Connected"/>.</summary>
    void OnSctpCapabilities(in SctpCapabilities capabilities);

    /// <summary>A whole message came; its payload is valid during the call.</summary>
    void OnSctpMessage(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload);

    /// <summary>What waits on a stream fell to its threshold.</summary>
    void OnSctpBufferedAmountLow(ushort streamId);

    /// <summary>What waits on all streams fell to <see cref="SctpOptions.TotalBufferedAmountLowThreshold"/>.</summary>
    void OnSctpTotalBufferedAmountLow();

    /// <summary>The peer reset streams that it sends on; none named means all of them.</summary>
    void OnSctpIncomingStreamsReset(ReadOnlySpan<ushort> streamIds);

    /// <summary>The peer performed (or refused) the reset of streams that we send on.</summary>
    void OnSctpOutgoingStreamsReset(ReadOnlySpan<ushort> streamIds, bool isPerformed);

    /// <summary>The peer lost its state and began anew (RFC 9260 section 5.2.4 A); unacknowledged messages are
    /// lost.</summary>
    void OnSctpRestarted();
}
