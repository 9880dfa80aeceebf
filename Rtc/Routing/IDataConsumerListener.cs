namespace Rtc.Routing;

/// <summary>What the application is told of a data consumer.</summary>
public interface IDataConsumerListener
{
    /// <summary>The data producer was paused, or is paused when the data consumer is made.</summary>
    void OnDataProducerPaused();

    /// <summary>The data producer goes on.</summary>
    void OnDataProducerResumed();

    /// <summary>The data producer is closed and with it the data consumer.</summary>
    void OnDataProducerClosed();

    /// <summary>The peer closed the data channel, and with it the data consumer.</summary>
    void OnClosedByPeer();

    /// <summary>The bytes that wait fell to the threshold.</summary>
    void OnBufferedAmountLow(uint bufferedAmount);

    /// <summary>A message was dropped because too much waits already.</summary>
    void OnSendBufferFull();

    /// <summary>A message for the application itself; only a DirectTransport calls this.</summary>
    /// <param name="ppid">SCTP payload protocol id.</param>
    /// <param name="payload">The message. Gone when the call returns.</param>
    void OnMessage(uint ppid, ReadOnlySpan<byte> payload);
}
