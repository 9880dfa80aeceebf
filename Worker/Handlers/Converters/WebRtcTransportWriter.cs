using Channel.Wire;
using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Seams;
using Rtc.Transports;
using Wire = Channel.Wire;

namespace Worker.Handlers.Converters;

/// <summary>Writes what a WebRtcTransport dumps and counts; reads and writes what DTLS says of its ends.</summary>
internal static class WebRtcTransportWriter
{
    /// <summary>Writes the dump, which is also the answer to a request to make one.</summary>
    public static Offset<Wire.WebRtcTransport.DumpResponse> WriteDump(WireBuilder b, WebRtcTransportDump dump) =>
        Wire.WebRtcTransport.DumpResponse.Create(
            b,
            @base: TransportWriter.WriteDump(b, dump.Base),
            iceRole: Wire.WebRtcTransport.IceRole.Controlled,
            iceParameters: WriteIceParameters(b, dump.IceParameters),
            iceCandidates: WriteCandidates(b, dump.IceCandidates),
            iceState: ToWire(dump.IceState),
            iceSelectedTuple: TupleWriter.Write(b, dump.IceSelectedTuple),
            dtlsParameters: WriteDtlsParameters(b, dump.DtlsFingerprints, dump.DtlsRole),
            dtlsState: ToWire(dump.DtlsState));

    /// <summary>Writes what it counts.</summary>
    public static Offset<Wire.WebRtcTransport.GetStatsResponse> WriteStats(
        WireBuilder b, TransportStats stats, WebRtcTransportDump dump) =>
        Wire.WebRtcTransport.GetStatsResponse.Create(
            b,
            @base: TransportWriter.WriteStats(b, stats),
            iceRole: Wire.WebRtcTransport.IceRole.Controlled,
            iceState: ToWire(dump.IceState),
            iceSelectedTuple: TupleWriter.Write(b, dump.IceSelectedTuple),
            dtlsState: ToWire(dump.DtlsState));

    /// <summary>The contract's word for a state; both enumerations have the same order.</summary>
    public static Wire.WebRtcTransport.IceState ToWire(IceState state) => (Wire.WebRtcTransport.IceState)state;

    /// <summary>The contract's word for a state; both enumerations have the same order.</summary>
    public static Wire.WebRtcTransport.DtlsState ToWire(DtlsState state) => (Wire.WebRtcTransport.DtlsState)state;

    /// <summary>The contract's word for a role; both enumerations have the same order.</summary>
    public static Wire.WebRtcTransport.DtlsRole ToWire(DtlsRole role) => (Wire.WebRtcTransport.DtlsRole)role;

    /// <summary>Reads the peer's role.</summary>
    /// <exception cref="RequestException">TypeError: unknown.</exception>
    public static DtlsRole ReadRole(Wire.WebRtcTransport.DtlsRole wire) => wire switch
    {
        Wire.WebRtcTransport.DtlsRole.Auto => DtlsRole.Auto,
        Wire.WebRtcTransport.DtlsRole.Client => DtlsRole.Client,
        Wire.WebRtcTransport.DtlsRole.Server => DtlsRole.Server,
        _ => throw RequestException.TypeError("unknown DTLS role"),
    };

    /// <summary>Reads the fingerprints of the peer's certificate.</summary>
    /// <exception cref="RequestException">TypeError: an algorithm is unknown.</exception>
    public static DtlsFingerprint[] ReadFingerprints(TableVector<Wire.WebRtcTransport.Fingerprint> wire)
    {
        var fingerprints = new DtlsFingerprint[wire.Count];
        for (int i = 0; i < fingerprints.Length; i++)
        {
            var algorithm = (DtlsFingerprintAlgorithm)wire[i].Algorithm;
            if (algorithm > DtlsFingerprintAlgorithm.Sha512)
                throw RequestException.TypeError("unknown algorithm of a DTLS fingerprint");

            fingerprints[i] = new DtlsFingerprint(algorithm, wire[i].Value);
        }

        return fingerprints;
    }

    private static Offset<Wire.WebRtcTransport.IceParameters> WriteIceParameters(
        WireBuilder b, IceParameters parameters) =>
        Wire.WebRtcTransport.IceParameters.Create(
            b,
            usernameFragment: b.String(parameters.UsernameFragment),
            password: b.String(parameters.Password),
            iceLite: parameters.IceLite);

    private static VectorOffset<Wire.WebRtcTransport.IceCandidate> WriteCandidates(
        WireBuilder b, IReadOnlyList<IceCandidate> candidates)
    {
        ListBuilder<Wire.WebRtcTransport.IceCandidate> list = b.StartList<Wire.WebRtcTransport.IceCandidate>();
        foreach (IceCandidate candidate in candidates)
        {
            list.Add(Wire.WebRtcTransport.IceCandidate.Create(
                b,
                foundation: b.String(candidate.Foundation),
                priority: candidate.Priority,
                address: b.String(candidate.Address),
                protocol: TupleWriter.ToWire(candidate.Protocol),
                port: candidate.Port,
                type: Wire.WebRtcTransport.IceCandidateType.Host,
                tcpType: candidate.Protocol == TransportProtocol.Tcp
                    ? Wire.WebRtcTransport.IceCandidateTcpType.Passive
                    : null));
        }

        return list.End();
    }

    private static Offset<Wire.WebRtcTransport.DtlsParameters> WriteDtlsParameters(
        WireBuilder b, IReadOnlyList<DtlsFingerprint> fingerprints, DtlsRole role)
    {
        ListBuilder<Wire.WebRtcTransport.Fingerprint> list = b.StartList<Wire.WebRtcTransport.Fingerprint>();
        foreach (DtlsFingerprint fingerprint in fingerprints)
        {
            list.Add(Wire.WebRtcTransport.Fingerprint.Create(
                b,
                algorithm: (Wire.WebRtcTransport.FingerprintAlgorithm)fingerprint.Algorithm,
                value: b.String(fingerprint.Value)));
        }

        return Wire.WebRtcTransport.DtlsParameters.Create(b, fingerprints: list.End(), role: ToWire(role));
    }
}
