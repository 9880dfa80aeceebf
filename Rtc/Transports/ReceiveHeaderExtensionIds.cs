namespace Rtc.Transports;

/// <summary>
/// Ids of the RTP header extensions that a transport itself reads in received packets; 0 where not negotiated. Each
/// producer brings its ids, a later one overwrites.
/// </summary>
/// <param name="Mid">RFC 8843 MID.</param>
/// <param name="Rid">RFC 8852 RtpStreamId.</param>
/// <param name="RepairedRid">RFC 8852 RepairedRtpStreamId.</param>
/// <param name="AbsSendTime">abs-send-time.</param>
/// <param name="TransportWideCc">draft-holmer-rmcat-transport-wide-cc-extensions-01.</param>
public readonly record struct ReceiveHeaderExtensionIds(
    byte Mid,
    byte Rid,
    byte RepairedRid,
    byte AbsSendTime,
    byte TransportWideCc);
