using System.Security.Cryptography;
using Channel.Wire;
using Wire = Channel.Wire;

namespace Benchmarks.Load;

/// <summary>
/// A router with one producer on a PlainTransport and consumers with a PlainTransport each, made by the requests that
/// Node would send.
/// </summary>
internal sealed class ForwardingRoom(WorkerChannel channel, LoadOptions options)
{
    private const string RouterId = "router";
    private const string ProducerId = "producer";
    private const uint MappedSsrc = 0x2000_0000;

    private bool _hasRouter;

    /// <summary>Makes all of it and returns the port that the producer's packets go to.</summary>
    /// <param name="consumerPorts">Where the consumers' packets go, one each.</param>
    public ushort Open(ReadOnlySpan<ushort> consumerPorts)
    {
        OpenRouter();
        ushort port = OpenPlainTransport("publisher", comedia: true, SrtpChoice.None);
        Produce("publisher");
        for (int i = 0; i < consumerPorts.Length; i++)
        {
            OpenPlainTransport($"viewer{i}", comedia: false, options.Srtp);
            Connect($"viewer{i}", consumerPorts[i]);
            Consume($"viewer{i}", i);
        }

        return port;
    }

    /// <summary>Makes a WebRtcTransport that listens for UDP, as a browser's would.</summary>
    public void OpenWebRtcTransport(string id)
    {
        OpenRouter();
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, RouterId, Wire.Request.Method.RouterCreateWebRtcTransport,
            Wire.Router.CreateWebRtcTransportRequest.Create(
                b,
                b.String(id),
                Wire.WebRtcTransport.WebRtcTransportOptions.Create(
                    b,
                    @base: Wire.Transport.Options.Create(b),
                    listen: Wire.WebRtcTransport.ListenIndividual.Create(
                        b, listenInfos: b.Vector<Wire.Transport.ListenInfo>([ListenInfo(b)])),
                    enableUdp: true)));
    }

    private static Offset<Wire.Transport.ListenInfo> ListenInfo(WireBuilder b) =>
        Wire.Transport.ListenInfo.Create(
            b,
            ip: b.String("127.0.0.1"),
            portRange: Wire.Transport.PortRange.Create(b),
            flags: Wire.Transport.SocketFlags.Create(b),
            protocol: Wire.Transport.Protocol.Udp);

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

    private void OpenRouter()
    {
        if (_hasRouter)
            return;

        WireBuilder b = channel.NewBuilder();
        channel.Request(b, "", Wire.Request.Method.WorkerCreateRouter,
            Wire.Worker.CreateRouterRequest.Create(b, b.String(RouterId)));
        _hasRouter = true;
    }

    private ushort OpenPlainTransport(string id, bool comedia, SrtpChoice srtp)
    {
        WireBuilder b = channel.NewBuilder();
        return channel.Request(b, RouterId, Wire.Request.Method.RouterCreatePlainTransport,
            Wire.Router.CreatePlainTransportRequest.Create(
                b,
                b.String(id),
                Wire.PlainTransport.PlainTransportOptions.Create(
                    b,
                    @base: Wire.Transport.Options.Create(b),
                    listenInfo: ListenInfo(b),
                    rtcpMux: true,
                    comedia: comedia,
                    enableSrtp: srtp != SrtpChoice.None,
                    srtpCryptoSuite: srtp == SrtpChoice.None ? null : SuiteOf(srtp))),
            static response => response.TryGetBody(out Wire.PlainTransport.DumpResponse dump)
                ? dump.Tuple.LocalPort
                : throw new InvalidOperationException("a PlainTransport was made without its dump"));
    }

    private void Connect(string transportId, ushort port)
    {
        WireBuilder b = channel.NewBuilder();
        Offset<Wire.SrtpParameters.SrtpParameters> srtp = default;
        if (options.Srtp != SrtpChoice.None)
        {
            byte[] key = RandomNumberGenerator.GetBytes(KeyLengthOf(options.Srtp));
            srtp = Wire.SrtpParameters.SrtpParameters.Create(
                b, b.String(Convert.ToBase64String(key)), SuiteOf(options.Srtp));
        }

        channel.Request(b, transportId, Wire.Request.Method.PlainTransportConnect,
            Wire.PlainTransport.ConnectRequest.Create(
                b, ip: b.String("127.0.0.1"), port: port, srtpParameters: srtp));
    }

    private void Produce(string transportId)
    {
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, transportId, Wire.Request.Method.TransportProduce,
            Wire.Transport.ProduceRequest.Create(
                b,
                producerId: b.String(ProducerId),
                rtpParameters: RtpParameters(b, PacketSource.Ssrc),
                rtpMapping: Wire.RtpParameters.RtpMapping.Create(
                    b,
                    codecs: b.Vector<Wire.RtpParameters.CodecMapping>(
                    [
                        Wire.RtpParameters.CodecMapping.Create(
                            b, payloadType: PacketSource.PayloadType, mappedPayloadType: PacketSource.PayloadType),
                    ]),
                    encodings: b.Vector<Wire.RtpParameters.EncodingMapping>(
                    [
                        Wire.RtpParameters.EncodingMapping.Create(b, ssrc: PacketSource.Ssrc, mappedSsrc: MappedSsrc),
                    ])),
                kind: Kind));
    }

    private void Consume(string transportId, int index)
    {
        const uint FirstConsumerSsrc = 0x3000_0000;
        WireBuilder b = channel.NewBuilder();
        channel.Request(b, transportId, Wire.Request.Method.TransportConsume,
            Wire.Transport.ConsumeRequest.Create(
                b,
                consumerId: b.String($"consumer{index}"),
                producerId: b.String(ProducerId),
                rtpParameters: RtpParameters(b, FirstConsumerSsrc + (uint)index),
                consumableRtpEncodings: b.Vector<Wire.RtpParameters.RtpEncodingParameters>(
                [
                    Wire.RtpParameters.RtpEncodingParameters.Create(b, ssrc: MappedSsrc),
                ]),
                kind: Kind,
                type: Wire.RtpParameters.Type.Simple));
    }

    private Wire.RtpParameters.MediaKind Kind =>
        options.IsVideo ? Wire.RtpParameters.MediaKind.Video : Wire.RtpParameters.MediaKind.Audio;

    private Offset<Wire.RtpParameters.RtpParameters> RtpParameters(WireBuilder b, uint ssrc)
    {
        VectorOffset<Wire.RtpParameters.RtcpFeedback> feedback = options.IsVideo
            ? b.Vector<Wire.RtpParameters.RtcpFeedback>(
            [
                Wire.RtpParameters.RtcpFeedback.Create(b, b.String("nack")),
                Wire.RtpParameters.RtcpFeedback.Create(b, b.String("nack"), b.String("pli")),
            ])
            : b.Vector<Wire.RtpParameters.RtcpFeedback>([]);
        Offset<Wire.RtpParameters.RtpCodecParameters> codec = Wire.RtpParameters.RtpCodecParameters.Create(
            b,
            b.String(options.IsVideo ? "video/VP8" : "audio/opus"),
            payloadType: PacketSource.PayloadType,
            clockRate: options.IsVideo ? 90_000u : 48_000u,
            channels: options.IsVideo ? null : 2,
            rtcpFeedback: feedback);
        return Wire.RtpParameters.RtpParameters.Create(
            b,
            codecs: b.Vector<Wire.RtpParameters.RtpCodecParameters>([codec]),
            headerExtensions: b.Vector<Wire.RtpParameters.RtpHeaderExtensionParameters>([]),
            encodings: b.Vector<Wire.RtpParameters.RtpEncodingParameters>(
            [
                Wire.RtpParameters.RtpEncodingParameters.Create(b, ssrc: ssrc),
            ]),
            rtcp: Wire.RtpParameters.RtcpParameters.Create(b, cname: b.String("load")));
    }
}
