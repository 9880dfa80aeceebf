using System.Net;
using System.Net.Sockets;
using Channel;
using Channel.Wire;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

public sealed class RouterHandlerTests : IDisposable
{
    private readonly HandlerHarness _harness = new();

    public RouterHandlerTests() => Assert.True(Create("router").Accepted);

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void ATransportThatCannotBeMadeLeavesNothingBehind()
    {
        ushort port = FreeUdpPort();

        // The second address is none of this host.
        HandlerHarness.Exchange answer = CreateWebRtcTransport("t", b => b.Vector<Wire.Transport.ListenInfo>(
            [HandlerHarness.ListenInfo(b, port), HandlerHarness.ListenInfo(b, port, ip: "192.0.2.1")]));

        Assert.Equal((false, ErrorKinds.Error), (answer.Accepted, answer.Error));
        Assert.Equal(["router"], _harness.Registry.Requests.Ids);
        Assert.Empty(_harness.Registry.Notifications.Ids);
        Assert.Equal(0, _harness.Ports.RangesInUse);
        Assert.True(CreateWebRtcTransport("t", b => b.Vector<Wire.Transport.ListenInfo>(
            [HandlerHarness.ListenInfo(b, port)])).Accepted);
    }

    [Fact]
    public void AWrongAddressIsATypeErrorAndLeavesNothingBehind()
    {
        HandlerHarness.Exchange answer = CreateWebRtcTransport("t", b => b.Vector<Wire.Transport.ListenInfo>(
            [HandlerHarness.ListenInfo(b, 0), HandlerHarness.ListenInfo(b, 0, ip: "localhost")]));

        Assert.Equal((false, ErrorKinds.TypeError), (answer.Accepted, answer.Error));
        Assert.Equal(0, _harness.Ports.RangesInUse);
    }

    [Fact]
    public void TheSameIdIsNotGivenTwice()
    {
        Assert.True(CreateWebRtcTransport("t", OnePort).Accepted);

        HandlerHarness.Exchange answer = CreateWebRtcTransport("t", OnePort);
        HandlerHarness.Exchange router = Create("t");

        Assert.Equal((false, ErrorKinds.Error), (answer.Accepted, answer.Error));
        Assert.Equal((false, ErrorKinds.Error), (router.Accepted, router.Error));
        Assert.Equal(1, _harness.Ports.RangesInUse);
    }

    [Fact]
    public void AClosedTransportFreesItsPortsAndId()
    {
        Assert.True(CreateWebRtcTransport("t", OnePort).Accepted);
        Assert.Equal(["router", "t"], _harness.Registry.Requests.Ids);

        Assert.True(CloseTransport("t").Accepted);

        Assert.Equal(["router"], _harness.Registry.Requests.Ids);
        Assert.Equal(0, _harness.Ports.RangesInUse);
        Assert.Equal(ErrorKinds.NotFoundError, CloseTransport("t").Error);
        Assert.Equal(ErrorKinds.NotFoundError, _harness.Ask("t", Wire.Request.Method.TransportDump).Error);
    }

    [Fact]
    public void AClosedRouterTakesItsTransportsWithIt()
    {
        Assert.True(CreateWebRtcTransport("t1", OnePort).Accepted);
        Assert.True(CreateWebRtcTransport("t2", OnePort).Accepted);

        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerCloseRouter, b =>
            Wire.Worker.CloseRouterRequest.Create(b, b.String("router"))).Accepted);

        Assert.Empty(_harness.Registry.Requests.Ids);
        Assert.Equal(0, _harness.Ports.RangesInUse);
    }

    [Fact]
    public void AClosedServerTakesItsTransportsWithIt()
    {
        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerCreateWebRtcServer, b =>
            Wire.Worker.CreateWebRtcServerRequest.Create(
                b, webRtcServerId: b.String("server"), listenInfos: OnePort(b))).Accepted);
        Assert.True(CreateOnServer("t", enableUdp: true).Accepted);
        Assert.Equal(["router", "server", "t"], _harness.Registry.Requests.Ids);

        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerWebRtcServerClose, b =>
            Wire.Worker.CloseWebRtcServerRequest.Create(b, b.String("server"))).Accepted);

        Assert.Equal(["router"], _harness.Registry.Requests.Ids);
        Assert.Equal(0, _harness.Ports.RangesInUse);
        Assert.Equal(ErrorKinds.Error, CreateOnServer("t", enableUdp: true).Error);
    }

    [Fact]
    public void AServerWithoutACandidateForTheProtocolIsATypeError()
    {
        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerCreateWebRtcServer, b =>
            Wire.Worker.CreateWebRtcServerRequest.Create(
                b, webRtcServerId: b.String("server"), listenInfos: OnePort(b))).Accepted);

        Assert.Equal(ErrorKinds.TypeError, CreateOnServer("t", enableUdp: false).Error);
        Assert.Equal(["router", "server"], _harness.Registry.Requests.Ids);
    }

    [Fact]
    public void AMethodOfAnotherEntityIsAnError()
    {
        Assert.Equal(ErrorKinds.Error, _harness.Ask("router", Wire.Request.Method.ProducerPause).Error);
        Assert.Equal(ErrorKinds.TypeError, _harness.Ask("router", Wire.Request.Method.RouterCloseTransport).Error);
    }

    private static VectorOffset<Wire.Transport.ListenInfo> OnePort(WireBuilder b) =>
        b.Vector<Wire.Transport.ListenInfo>([HandlerHarness.ListenInfo(b, 0)]);

    private static ushort FreeUdpPort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private HandlerHarness.Exchange Create(string routerId) => _harness.Ask(
        "",
        Wire.Request.Method.WorkerCreateRouter,
        b => Wire.Worker.CreateRouterRequest.Create(b, b.String(routerId)));

    private HandlerHarness.Exchange CloseTransport(string id) => _harness.Ask(
        "router",
        Wire.Request.Method.RouterCloseTransport,
        b => Wire.Router.CloseTransportRequest.Create(b, b.String(id)));

    private HandlerHarness.Exchange CreateWebRtcTransport(
        string id, Func<WireBuilder, VectorOffset<Wire.Transport.ListenInfo>> listenInfos) => _harness.Ask(
        "router",
        Wire.Request.Method.RouterCreateWebRtcTransport,
        b => Wire.Router.CreateWebRtcTransportRequest.Create(
            b,
            transportId: b.String(id),
            options: Wire.WebRtcTransport.WebRtcTransportOptions.Create(
                b,
                @base: Wire.Transport.Options.Create(b),
                listen: Wire.WebRtcTransport.ListenIndividual.Create(b, listenInfos: listenInfos(b)))));

    private HandlerHarness.Exchange CreateOnServer(string id, bool enableUdp) => _harness.Ask(
        "router",
        Wire.Request.Method.RouterCreateWebRtcTransportWithServer,
        b => Wire.Router.CreateWebRtcTransportRequest.Create(
            b,
            transportId: b.String(id),
            options: Wire.WebRtcTransport.WebRtcTransportOptions.Create(
                b,
                @base: Wire.Transport.Options.Create(b),
                listen: Wire.WebRtcTransport.ListenServer.Create(b, webRtcServerId: b.String("server")),
                enableUdp: enableUdp)));
}
