using Rtc.Seams;

namespace Rtc.Routing;

/// <summary>What data producers and consumers need of their transport.</summary>
public interface IDataTransport
{
    /// <summary>Throws when data of that type cannot be carried.</summary>
    /// <exception cref="RequestException">Error: no data at all. TypeError: only the other type.</exception>
    void CheckCarries(DataChannelType type);

    /// <summary>Sends a message.</summary>
    /// <param name="consumer">Whose message it is.</param>
    /// <param name="ppid">SCTP payload protocol id.</param>
    /// <param name="header">What goes before the payload; empty but on the way to another router.</param>
    /// <param name="payload">The message.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    DataSendResult SendMessage(
        DataConsumer consumer, uint ppid, ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, long nowUs);

    /// <summary>Bytes of a data consumer that wait to be sent.</summary>
    uint GetBufferedAmount(DataConsumer consumer);

    /// <summary>The data consumer wants to be told when what waits falls to its threshold.</summary>
    void OnBufferedAmountLowThreshold(DataConsumer consumer);

    /// <summary>
    /// The data producer of <paramref name="consumer"/> was closed: the transport forgets the data consumer. The
    /// application has been told.
    /// </summary>
    void OnDataConsumerClosed(DataConsumer consumer);
}
