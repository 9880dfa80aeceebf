using Rtc.Dtls;
using Rtc.Ice;

namespace Rtc.Transports;

/// <summary>What the application is told of a WebRtcTransport, in this order of calls.</summary>
public interface IWebRtcTransportListener : ITransportListener
{
    /// <summary>What is sent goes by this tuple from now on.</summary>
    void OnIceSelectedTupleChange(TupleInfo tuple);

    /// <summary>The ICE state changed.</summary>
    void OnIceStateChange(IceState state);

    /// <summary>The DTLS state changed.</summary>
    /// <param name="state">The state.</param>
    /// <param name="remoteCertificatePem">The peer's certificate, with <see cref="DtlsState.Connected"/> only.</param>
    void OnDtlsStateChange(DtlsState state, string? remoteCertificatePem);
}
