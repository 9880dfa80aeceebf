using System.Security.Cryptography;
using Channel.Wire;
using Rtc.Dtls;
using Rtc.Ice;
using Wire = Channel.Wire;

namespace Benchmarks.Load;

/// <summary>The requests that Node would send to make a room, answered by any worker of release 3.27.</summary>
internal sealed class RoomRequests(WorkerChannel channel)
{
    /// <summary>SSRCs of what consumers send are this and the consumer's number.</summary>
    public const uint FirstConsumerSsrc = 0x3000_0000;

    private const string RouterId = "router";
    private const string ServerId = "server";

    private bool _hasRouter;

    /// <summary>Makes the router, once.</summary>
    public void OpenRouter()
    {
        if (_hasRouter)
            return;

        WireBuilder b = channel.NewBuilder();
        channel.Request(b, "", Wire.Request.Method.WorkerCreateRouter,
            Wire.Worker.CreateRouterRequest.Create(b, b.String(RouterId)));
        _hasRouter = true;
    }

    /// <summary>Closes it with all that is in it.</summary>
    public void CloseRouter()
    {
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, "", Wire.Request.Method.WorkerCloseRouter,
            Wire.Worker.CloseRouterRequest.Create(b, b.String(RouterId)));
        _hasRouter = false;
    }

    /// <summary>Closes a transport with all that hangs on it.</summary>
    public void CloseTransport(string id)
    {
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, RouterId, Wire.Request.Method.RouterCloseTransport,
            Wire.Router.CloseTransportRequest.Create(b, b.String(id)));
    }

    /// <summary>Makes the port that WebRtcTransports share.</summary>
    public void OpenWebRtcServer(bool isTcp)
    {
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, "", Wire.Request.Method.WorkerCreateWebRtcServer,
            Wire.Worker.CreateWebRtcServerRequest.Create(
                b,
                b.String(ServerId),
                b.Vector<Wire.Transport.ListenInfo>([ListenInfo(b, isTcp)])));
    }

    /// <summary>Makes a WebRtcTransport with a port of its own or on the server, and returns how to reach it.</summary>
    public WebRtcEnd OpenWebRtcTransport(string id, bool isOnServer, bool isTcp = false)
    {
        OpenRouter();
        WireBuilder b = channel.NewBuilder();
        Wire.WebRtcTransport.ListenOffset listen = isOnServer
            ? Wire.WebRtcTransport.ListenServer.Create(b, b.String(ServerId))
            : Wire.WebRtcTransport.ListenIndividual.Create(
                b, b.Vector<Wire.Transport.ListenInfo>([ListenInfo(b, isTcp)]));
        return channel.Request(
            b, RouterId,
            isOnServer
                ? Wire.Request.Method.RouterCreateWebRtcTransportWithServer
                : Wire.Request.Method.RouterCreateWebRtcTransport,
            Wire.Router.CreateWebRtcTransportRequest.Create(
                b,
                b.String(id),
                Wire.WebRtcTransport.WebRtcTransportOptions.Create(
                    b,
                    @base: Wire.Transport.Options.Create(b),
                    listen: listen,
                    enableUdp: !isTcp,
                    enableTcp: isTcp)),
            static response => response.TryGetBody(out Wire.WebRtcTransport.DumpResponse dump)
                ? ReadEnd(dump)
                : throw new InvalidOperationException("a WebRtcTransport was made without its dump"));
    }

    /// <summary>Tells a WebRtcTransport who its peer is: a DTLS client with that certificate.</summary>
    public void ConnectWebRtc(string id, DtlsFingerprint fingerprint)
    {
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, id, Wire.Request.Method.WebRtcTransportConnect,
            Wire.WebRtcTransport.ConnectRequest.Create(
                b,
                Wire.WebRtcTransport.DtlsParameters.Create(
                    b,
                    b.Vector<Wire.WebRtcTransport.Fingerprint>(
                    [
                        Wire.WebRtcTransport.Fingerprint.Create(
                            b, b.String(fingerprint.Value), Wire.WebRtcTransport.FingerprintAlgorithm.Sha256),
                    ]),
                    Wire.WebRtcTransport.DtlsRole.Client)));
    }

    /// <summary>Makes a PlainTransport and returns its port.</summary>
    public ushort OpenPlainTransport(string id, bool comedia, SrtpChoice srtp)
    {
        OpenRouter();
        WireBuilder b = channel.NewBuilder();
        return channel.Request(b, RouterId, Wire.Request.Method.RouterCreatePlainTransport,
            Wire.Router.CreatePlainTransportRequest.Create(
                b,
                b.String(id),
                Wire.PlainTransport.PlainTransportOptions.Create(
                    b,
                    @base: Wire.Transport.Options.Create(b),
                    listenInfo: ListenInfo(b, isTcp: false),
                    rtcpMux: true,
                    comedia: comedia,
                    enableSrtp: srtp != SrtpChoice.None,
                    srtpCryptoSuite: srtp == SrtpChoice.None ? null : SuiteOf(srtp))),
            static response => response.TryGetBody(out Wire.PlainTransport.DumpResponse dump)
                ? dump.Tuple.LocalPort
                : throw new InvalidOperationException("a PlainTransport was made without its dump"));
    }

    /// <summary>Tells a PlainTransport where its peer is.</summary>
    public void ConnectPlain(string id, ushort port, SrtpChoice choice)
    {
        WireBuilder b = channel.NewBuilder();
        Offset<Wire.SrtpParameters.SrtpParameters> srtp = default;
        if (choice != SrtpChoice.None)
        {
            byte[] key = RandomNumberGenerator.GetBytes(KeyLengthOf(choice));
            srtp = Wire.SrtpParameters.SrtpParameters.Create(
                b, b.String(Convert.ToBase64String(key)), SuiteOf(choice));
        }

        channel.Request(b, id, Wire.Request.Method.PlainTransportConnect,
            Wire.PlainTransport.ConnectRequest.Create(
                b, ip: b.String("127.0.0.1"), port: port, srtpParameters: srtp));
    }

    /// <summary>Makes a DirectTransport.</summary>
    public void OpenDirectTransport(string id)
    {
        OpenRouter();
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, RouterId, Wire.Request.Method.RouterCreateDirectTransport,
            Wire.Router.CreateDirectTransportRequest.Create(
                b,
                b.String(id),
                Wire.DirectTransport.DirectTransportOptions.Create(
                    b, Wire.Transport.Options.Create(b, direct: true))));
    }

    /// <summary>Makes the producer of a track.</summary>
    public void Produce(string transportId, Track track)
    {
        WireBuilder b = channel.NewBuilder();
        var encodings = new Offset<Wire.RtpParameters.RtpEncodingParameters>[track.Encodings];
        var mappings = new Offset<Wire.RtpParameters.EncodingMapping>[track.Encodings];
        for (int i = 0; i < track.Encodings; i++)
        {
            encodings[i] = Wire.RtpParameters.RtpEncodingParameters.Create(b, ssrc: track.SsrcOf(i));
            mappings[i] = Wire.RtpParameters.EncodingMapping.Create(
                b, ssrc: track.SsrcOf(i), mappedSsrc: track.MappedSsrcOf(i));
        }

        channel.Request(b, transportId, Wire.Request.Method.TransportProduce,
            Wire.Transport.ProduceRequest.Create(
                b,
                producerId: b.String(track.ProducerId),
                rtpParameters: Parameters(b, track, encodings),
                rtpMapping: Wire.RtpParameters.RtpMapping.Create(
                    b,
                    codecs: b.Vector<Wire.RtpParameters.CodecMapping>(
                    [
                        Wire.RtpParameters.CodecMapping.Create(
                            b, payloadType: track.PayloadType, mappedPayloadType: track.PayloadType),
                    ]),
                    encodings: b.Vector<Wire.RtpParameters.EncodingMapping>(mappings)),
                kind: KindOf(track)));
    }

    /// <summary>Makes a consumer of a track.</summary>
    /// <param name="transportId">Where.</param>
    /// <param name="number">Its number, from which its SSRC follows.</param>
    /// <param name="track">What it consumes.</param>
    public void Consume(string transportId, int number, Track track)
    {
        WireBuilder b = channel.NewBuilder();
        var consumable = new Offset<Wire.RtpParameters.RtpEncodingParameters>[track.Encodings];
        for (int i = 0; i < track.Encodings; i++)
            consumable[i] = Wire.RtpParameters.RtpEncodingParameters.Create(b, ssrc: track.MappedSsrcOf(i));

        Offset<Wire.RtpParameters.RtpEncodingParameters> encoding = Wire.RtpParameters.RtpEncodingParameters.Create(
            b,
            ssrc: FirstConsumerSsrc + (uint)number,
            scalabilityMode: track.IsSimulcast ? b.String($"L{track.Encodings}T1") : default);
        channel.Request(b, transportId, Wire.Request.Method.TransportConsume,
            Wire.Transport.ConsumeRequest.Create(
                b,
                consumerId: b.String($"consumer{number}"),
                producerId: b.String(track.ProducerId),
                rtpParameters: Parameters(b, track, [encoding]),
                consumableRtpEncodings: b.Vector<Wire.RtpParameters.RtpEncodingParameters>(consumable),
                kind: KindOf(track),
                type: track.IsSimulcast ? Wire.RtpParameters.Type.Simulcast : Wire.RtpParameters.Type.Simple));
    }

    private static WebRtcEnd ReadEnd(in Wire.WebRtcTransport.DumpResponse dump)
    {
        foreach (Wire.WebRtcTransport.Fingerprint fingerprint in dump.DtlsParameters.Fingerprints)
        {
            if (fingerprint.Algorithm == Wire.WebRtcTransport.FingerprintAlgorithm.Sha256)
            {
                return new WebRtcEnd(
                    dump.IceCandidates[0].Port,
                    new IceParameters(dump.IceParameters.UsernameFragment, dump.IceParameters.Password),
                    new DtlsFingerprint(DtlsFingerprintAlgorithm.Sha256, fingerprint.Value));
            }
        }

        throw new InvalidOperationException("a WebRtcTransport has no sha-256 fingerprint");
    }

    private static Offset<Wire.Transport.ListenInfo> ListenInfo(WireBuilder b, bool isTcp) =>
        Wire.Transport.ListenInfo.Create(
            b,
            ip: b.String("127.0.0.1"),
            portRange: Wire.Transport.PortRange.Create(b),
            flags: Wire.Transport.SocketFlags.Create(b),
            protocol: isTcp ? Wire.Transport.Protocol.Tcp : Wire.Transport.Protocol.Udp);

    private static Wire.SrtpParameters.SrtpCryptoSuite SuiteOf(SrtpChoice choice) => choice switch
    {
        SrtpChoice.Gcm256 => Wire.SrtpParameters.SrtpCryptoSuite.AeadAes256Gcm,
        SrtpChoice.Cm80 => Wire.SrtpParameters.SrtpCryptoSuite.AesCm128HmacSha180,
        SrtpChoice.Cm32 => Wire.SrtpParameters.SrtpCryptoSuite.AesCm128HmacSha132,
        _ => Wire.SrtpParameters.SrtpCryptoSuite.AeadAes128Gcm,
    };

    /// <summary>Bytes of key and salt (RFC 7714 section 12, RFC 3711 section 8.2).</summary>
    private static int KeyLengthOf(SrtpChoice choice) => choice switch
    {
        SrtpChoice.Gcm256 => 32 + 12,
        SrtpChoice.Cm80 or SrtpChoice.Cm32 => 16 + 14,
        _ => 16 + 12,
    };

    private static Wire.RtpParameters.MediaKind KindOf(Track track) =>
        track.IsVideo ? Wire.RtpParameters.MediaKind.Video : Wire.RtpParameters.MediaKind.Audio;

    private static Offset<Wire.RtpParameters.RtpParameters> Parameters(
        WireBuilder b, Track track, ReadOnlySpan<Offset<Wire.RtpParameters.RtpEncodingParameters>> encodings)
    {
        VectorOffset<Wire.RtpParameters.RtcpFeedback> feedback = track.IsVideo
            ? b.Vector<Wire.RtpParameters.RtcpFeedback>(
            [
                Wire.RtpParameters.RtcpFeedback.Create(b, b.String("nack")),
                Wire.RtpParameters.RtcpFeedback.Create(b, b.String("nack"), b.String("pli")),
            ])
            : b.Vector<Wire.RtpParameters.RtcpFeedback>([]);
        Offset<Wire.RtpParameters.RtpCodecParameters> codec = Wire.RtpParameters.RtpCodecParameters.Create(
            b,
            b.String(track.IsVideo ? "video/VP8" : "audio/opus"),
            payloadType: track.PayloadType,
            clockRate: track.ClockRate,
            channels: track.IsVideo ? null : 2,
            rtcpFeedback: feedback);
        return Wire.RtpParameters.RtpParameters.Create(
            b,
            codecs: b.Vector<Wire.RtpParameters.RtpCodecParameters>([codec]),
            headerExtensions: b.Vector<Wire.RtpParameters.RtpHeaderExtensionParameters>([]),
            encodings: b.Vector<Wire.RtpParameters.RtpEncodingParameters>(encodings),
            rtcp: Wire.RtpParameters.RtcpParameters.Create(b, cname: b.String("load")));
    }
}

/// <summary>How a peer reaches a WebRtcTransport.</summary>
/// <param name="Port">Of its first candidate, on 127.0.0.1.</param>
/// <param name="Ice">Its credentials.</param>
/// <param name="Fingerprint">Of its certificate.</param>
internal sealed record WebRtcEnd(ushort Port, IceParameters Ice, DtlsFingerprint Fingerprint);
