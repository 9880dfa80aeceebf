using Rtc.Seams;
using Rtc.Srtp;

namespace Rtc.Transports;

/// <summary>The way that media takes to the peer, and what encrypts it.</summary>
/// <param name="Tuple">The way; null while there is none, or while it lacks what encrypts.</param>
/// <param name="Srtp">What encrypts; null for plaintext.</param>
internal readonly record struct RtpPath(TransportTuple? Tuple, SrtpSender? Srtp);
