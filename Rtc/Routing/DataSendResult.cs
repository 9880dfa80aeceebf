namespace Rtc.Routing;

/// <summary>What became of a message of a data consumer.</summary>
public enum DataSendResult
{
    /// <summary>It is on its way, or waits for its turn.</summary>
    Queued,

    /// <summary>Too much waits already.</summary>
    BufferFull,

    /// <summary>It is longer than the transport sends.</summary>
    TooLong,

    /// <summary>The data consumer does not send now, or the message is not for it.</summary>
    NotActive,

    /// <summary>The association is at its end, or cannot carry it.</summary>
    Failed,
}
