namespace Rtc.Transports;

/// <summary>Which copies go before others, most urgent first.</summary>
internal enum CopyUrgency : byte
{
    /// <summary>Of what the receiver asked for: it waits for it already.</summary>
    Asked,

    /// <summary>Of what later pictures need.</summary>
    Base,

    /// <summary>Of the rest.</summary>
    Other,
}
