using Benchmarks.Micro.Operations;
using Rtc.Crypto;
using Rtc.Rtp;

namespace Benchmarks.Micro;

/// <summary>All operations by name.</summary>
public static class Catalog
{
    private static readonly Dictionary<string, Func<Operation>> Makers = new()
    {
        ["rtp-parse"] = () => new ParseRtp(),
        ["rtp-rewrite"] = () => new RewriteRtp(),
        ["rtcp-read"] = () => new ReadRtcp(),
        ["rtcp-write"] = () => new WriteRtcp(),
        ["srtp-gcm256-protect"] = () => new ProtectRtp(SrtpSuite.AeadAes256Gcm),
        ["srtp-gcm128-protect"] = () => new ProtectRtp(SrtpSuite.AeadAes128Gcm),
        ["srtp-cm80-protect"] = () => new ProtectRtp(SrtpSuite.AesCm128HmacSha1Tag80),
        ["srtp-cm32-protect"] = () => new ProtectRtp(SrtpSuite.AesCm128HmacSha1Tag32),
        ["srtp-gcm256-round-trip"] = () => new RoundTripRtp(SrtpSuite.AeadAes256Gcm),
        ["srtp-gcm128-round-trip"] = () => new RoundTripRtp(SrtpSuite.AeadAes128Gcm),
        ["srtp-cm80-round-trip"] = () => new RoundTripRtp(SrtpSuite.AesCm128HmacSha1Tag80),
        ["srtp-cm32-round-trip"] = () => new RoundTripRtp(SrtpSuite.AesCm128HmacSha1Tag32),
        ["srtcp-gcm128-round-trip"] = () => new RoundTripRtcp(SrtpSuite.AeadAes128Gcm),
        ["srtcp-cm80-round-trip"] = () => new RoundTripRtcp(SrtpSuite.AesCm128HmacSha1Tag80),
        ["stun-answer"] = () => new AnswerStun(isAuthentic: true),
        ["stun-refuse"] = () => new AnswerStun(isAuthentic: false),
        ["forward-to-10"] = () => new ForwardRtp(suite: null),
        ["forward-to-10-gcm128"] = () => new ForwardRtp(SrtpSuite.AeadAes128Gcm),
        ["forward-10-to-10-gcm128"] = () => new ForwardRtp(SrtpSuite.AeadAes128Gcm, burst: 10),
        ["forward-vp8-simulcast-to-10"] = () => new ForwardLayers(CodecKind.Vp8, "L1T3"),
        ["forward-vp9-svc-to-10"] = () => new ForwardLayers(CodecKind.Vp9, "L3T3"),
        ["forward-av1-svc-to-10"] = () => new ForwardLayers(CodecKind.Av1, "L3T3"),
        ["transport-cc-feedback"] = () => new TakeFeedback(),
        ["udp-turn-of-10"] = () => new UdpTurn(),
        ["channel-read-request"] = () => new ReadRequest(),
        ["channel-write-notification"] = () => new WriteNotification(),
    };

    /// <summary>Their names, in a fixed order.</summary>
    public static IEnumerable<string> Names => Makers.Keys;

    /// <summary>Makes one, ready to run.</summary>
    public static Operation Make(string name) => Makers[name]();
}
