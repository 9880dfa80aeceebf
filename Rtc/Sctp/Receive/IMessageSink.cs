namespace Rtc.Sctp.Receive;

/// <summary>Takes whole messages from reassembly; the payload is valid during the call.</summary>
internal interface IMessageSink
{
    /// <summary>A message is whole and its turn has come.</summary>
    void OnMessage(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload);
}
