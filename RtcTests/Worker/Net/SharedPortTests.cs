using Rtc.Buffers;
using Rtc.Dtls;
using Rtc.Ice;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Sctp;
using Rtc.Seams;
using Rtc.Streams;
using Rtc.Transports;
using RtcTests.Ice;
using Worker.Net;
using Xunit;

namespace RtcTests.WorkerTests.Net;

public sealed class SharedPortTests : IDisposable
{
    private static readonly TransportAddress Peer1 = FakeSocket.Address("192.0.2.1", 1001);
    private static readonly TransportAddress Peer2 = FakeSocket.Address("192.0.2.2", 1002);

    private readonly SharedPort _port = new();
    private readonly SeededRandom _random = new(1);
    private readonly DtlsCertificate _certificate;
    private readonly DtlsContext _dtls;
    private readonly Router _router;

    public SharedPortTests()
    {
        _certificate = DtlsCertificate.Generate(_random);
        _dtls = new DtlsContext(_certificate);
        _router = new Router("router", new RouterEnvironment(
            new DeadlineQueue(), _random, new RtpPacketPool(new PacketPool()), new WallClock(0)));
    }

    public void Dispose()
    {
        _dtls.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public void ARequestFindsTheTransportWhoseFragmentItNames()
    {
        FakeSocket socket = new();
        WebRtcTransport first = Transport("first");
        WebRtcTransport second = Transport("second");

        Send(socket, Peer2, new StunRequest(second.IceParameters));
        Send(socket, Peer1, new StunRequest(first.IceParameters));

        Assert.Equal(IceState.Connected, first.Dump().IceState);
        Assert.Equal("192.0.2.1", first.Dump().IceSelectedTuple?.RemoteIp);
        Assert.Equal("192.0.2.2", second.Dump().IceSelectedTuple?.RemoteIp);
        Assert.Equal(2, _port.TupleCount);
        Assert.Equal(0, _port.UnknownDatagrams);
    }

    [Fact]
    public void WhatIsForNobodyIsCountedAndNotAnswered()
    {
        FakeSocket socket = new();
        Transport("transport");

        Send(socket, Peer1, new StunRequest(IceParameters.Generate(_random)));
        Send(socket, Peer1, [0x16, 0xFE, 0xFD, .. new byte[20]]);
        Send(socket, Peer1, []);
        Send(socket, Peer1, new StunRequest(IceParameters.Generate(_random)) { HasUsername = false });

        Assert.Empty(socket.Sent);
        Assert.Equal(4, _port.UnknownDatagrams);
        Assert.Equal(0, _port.TupleCount);
    }

    [Fact]
    public void AKnownTupleGoesBeforeAFragment()
    {
        FakeSocket socket = new();
        WebRtcTransport first = Transport("first");
        WebRtcTransport second = Transport("second");
        Send(socket, Peer1, new StunRequest(first.IceParameters));

        Send(socket, Peer1, new StunRequest(second.IceParameters));

        Assert.Equal(IceState.New, second.Dump().IceState);
        Assert.Equal(1, _port.TupleCount);
    }

    [Fact]
    public void ALostConnectionIsToldToItsTransportAlone()
    {
        FakeSocket connection1 = new(TransportProtocol.Tcp);
        FakeSocket connection2 = new(TransportProtocol.Tcp);
        WebRtcTransport first = Transport("first");
        WebRtcTransport second = Transport("second");
        Send(connection1, Peer1, new StunRequest(first.IceParameters));
        Send(connection2, Peer2, new StunRequest(second.IceParameters));

        _port.OnSocketClosed(connection1, nowUs: 2);

        Assert.Equal(IceState.Disconnected, first.Dump().IceState);
        Assert.Equal(IceState.Connected, second.Dump().IceState);
        Assert.Equal(1, _port.TupleCount);
    }

    [Fact]
    public void ARestartedTransportIsFoundByBothFragmentsUntilTheNewOneIsUsed()
    {
        FakeSocket socket = new();
        WebRtcTransport transport = Transport("transport");
        IceParameters old = transport.IceParameters;

        IceParameters restarted = transport.RestartIce(nowUs: 1);
        Assert.Equal(2, _port.UsernameFragments.Count);
        Send(socket, Peer1, new StunRequest(restarted));

        Assert.Equal([restarted.UsernameFragment], _port.UsernameFragments.Keys);
        Assert.NotEqual(old.UsernameFragment, restarted.UsernameFragment);
    }

    [Fact]
    public void AClosedTransportIsForgotten()
    {
        FakeSocket socket = new();
        WebRtcTransport transport = Transport("transport");
        Send(socket, Peer1, new StunRequest(transport.IceParameters));

        transport.Close(nowUs: 2);

        Assert.Empty(_port.UsernameFragments);
        Assert.Equal(0, _port.TupleCount);
    }

    private WebRtcTransport Transport(string id) => new(
        id,
        new WebRtcTransportOptions { Base = new TransportOptions() },
        _router,
        _dtls,
        _certificate,
        new SilentListener(),
        _port);

    private void Send(FakeSocket socket, TransportAddress remote, StunRequest request) =>
        Send(socket, remote, request.Write());

    private void Send(FakeSocket socket, TransportAddress remote, byte[] datagram) =>
        _port.OnDatagram(socket, remote, datagram, nowUs: 1);

    private sealed class SilentListener : IWebRtcTransportListener
    {
        public void OnIceSelectedTupleChange(TupleInfo tuple)
        {
        }

        public void OnIceStateChange(IceState state)
        {
        }

        public void OnDtlsStateChange(DtlsState state, string? remoteCertificatePem)
        {
        }

        public void OnSctpStateChange(SctpState state)
        {
        }

        public void OnSctpNegotiatedCapabilities(ushort outgoingStreams, ushort incomingStreams)
        {
        }

        public void OnTrace(TransportTraceEventTypes type, long timestampMs)
        {
        }
    }
}
