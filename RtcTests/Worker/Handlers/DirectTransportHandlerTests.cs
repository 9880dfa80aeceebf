using Channel;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

/// <summary>Data over a DirectTransport and observers, as the application asks for them, and what they leave behind.</summary>
[Collection(MeasuresProcessMemory.Name)]
public sealed class DirectTransportHandlerTests : IDisposable
{
    private readonly HandlerHarness _harness = new();

    public DirectTransportHandlerTests()
    {
        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerCreateRouter, b =>
            Wire.Worker.CreateRouterRequest.Create(b, b.String("router"))).Accepted);
        Assert.True(CreateDirectTransport("t").Accepted);
    }

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void EntitiesAreListedWhileTheyLiveAndGoneWithTheirTransport()
    {
        Assert.True(ProduceData("t", "dp").Accepted);
        Assert.True(ConsumeData("t", "dc", "dp").Accepted);
        Assert.Equal(["router", "t", "dp", "dc"], _harness.Registry.Requests.Ids);
        Assert.Equal(["t", "dp"], _harness.Registry.Notifications.Ids);

        Assert.True(_harness.Ask("router", Wire.Request.Method.RouterCloseTransport, b =>
            Wire.Router.CloseTransportRequest.Create(b, b.String("t"))).Accepted);

        Assert.Equal(["router"], _harness.Registry.Requests.Ids);
        Assert.Empty(_harness.Registry.Notifications.Ids);
    }

    [Fact]
    public void FollowersAreToldBeforeTheAnswer()
    {
        Assert.True(CreateDirectTransport("other").Accepted);
        Assert.True(ProduceData("t", "dp").Accepted);
        Assert.True(ConsumeData("other", "dc", "dp").Accepted);

        Assert.Equal(
            ["dc DataConsumerDataProducerPause", "answer"],
            _harness.Ask("dp", Wire.Request.Method.DataProducerPause).Events);
        Assert.Equal(
            ["late DataConsumerDataProducerPause", "answer"], ConsumeData("other", "late", "dp").Events);
        Assert.Equal(
            ["dc DataConsumerDataProducerClose", "late DataConsumerDataProducerClose", "answer"],
            _harness.Ask("t", Wire.Request.Method.TransportCloseDataProducer, b =>
                Wire.Transport.CloseDataProducerRequest.Create(b, b.String("dp"))).Events);
        Assert.Equal(["router", "t", "other"], _harness.Registry.Requests.Ids);
    }

    [Fact]
    public void WhatMakesNoSenseIsRefusedAndLeavesNothingBehind()
    {
        Assert.True(ProduceData("t", "dp").Accepted);
        Assert.Equal(ErrorKinds.Error, ProduceData("t", "dp").Error);
        Assert.Equal(ErrorKinds.TypeError, ProduceData("t", "sctp", Wire.DataProducer.Type.Sctp).Error);
        Assert.Equal(ErrorKinds.NotFoundError, ConsumeData("t", "dc", "nobody").Error);
        Assert.Equal(["router", "t", "dp"], _harness.Registry.Requests.Ids);

        Assert.True(ConsumeData("t", "dc", "dp").Accepted);
        Assert.Equal(ErrorKinds.TypeError, _harness.Ask("dc", Wire.Request.Method.DataConsumerGetBufferedAmount).Error);
        Assert.Equal(ErrorKinds.TypeError, _harness.Ask("dc", Wire.Request.Method.DataConsumerSend).Error);
        Assert.Equal(ErrorKinds.Error, _harness.Ask("dc", Wire.Request.Method.DataProducerPause).Error);
        Assert.Equal(ErrorKinds.TypeError, CreateDirectTransport("sctp", enableSctp: true).Error);
    }

    [Fact]
    public void ObserversComeAndGoWithTheirRouter()
    {
        Assert.True(CreateAudioLevelObserver("levels", threshold: -80).Accepted);
        Assert.Equal(ErrorKinds.Error, CreateAudioLevelObserver("levels", threshold: -80).Error);
        Assert.Equal(ErrorKinds.TypeError, CreateAudioLevelObserver("loud", threshold: 1).Error);
        Assert.True(_harness.Ask("router", Wire.Request.Method.RouterCreateActiveSpeakerObserver, b =>
            Wire.Router.CreateActiveSpeakerObserverRequest.Create(
                b,
                rtpObserverId: b.String("speaker"),
                options: Wire.ActiveSpeakerObserver.ActiveSpeakerObserverOptions.Create(b, interval: 300))).Accepted);
        Assert.Equal(["router", "t", "levels", "speaker"], _harness.Registry.Requests.Ids);

        Assert.True(_harness.Ask("levels", Wire.Request.Method.RtpObserverPause).Accepted);
        Assert.True(_harness.Ask("levels", Wire.Request.Method.RtpObserverPause).Accepted);
        Assert.True(_harness.Ask("levels", Wire.Request.Method.RtpObserverResume).Accepted);
        Assert.Equal(ErrorKinds.NotFoundError, _harness.Ask("levels", Wire.Request.Method.RtpObserverAddProducer, b =>
            Wire.RtpObserver.AddProducerRequest.Create(b, b.String("nobody"))).Error);

        Assert.True(CloseObserver("levels").Accepted);
        Assert.Equal(ErrorKinds.NotFoundError, CloseObserver("levels").Error);
        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerCloseRouter, b =>
            Wire.Worker.CloseRouterRequest.Create(b, b.String("router"))).Accepted);
        Assert.Empty(_harness.Registry.Requests.Ids);
        Assert.Empty(_harness.Registry.Notifications.Ids);
    }

    [Fact]
    public void APipeTransportFreesItsPortWhenItCloses()
    {
        Assert.True(_harness.Ask("router", Wire.Request.Method.RouterCreatePipeTransport, b =>
            Wire.Router.CreatePipeTransportRequest.Create(
                b,
                transportId: b.String("pipe"),
                options: Wire.PipeTransport.PipeTransportOptions.Create(
                    b,
                    @base: Wire.Transport.Options.Create(b),
                    listenInfo: HandlerHarness.ListenInfo(b, 0)))).Accepted);
        Assert.Equal(1, _harness.Ports.RangesInUse);
        Assert.Equal(ErrorKinds.Error, ProduceData("pipe", "dp").Error);
        Assert.True(_harness.Ask("pipe", Wire.Request.Method.PipeTransportConnect, b =>
            Wire.PipeTransport.ConnectRequest.Create(b, ip: b.String("127.0.0.1"), port: 9)).Accepted);
        Assert.True(_harness.Ask("pipe", Wire.Request.Method.TransportGetStats).Accepted);

        Assert.True(_harness.Ask("router", Wire.Request.Method.RouterCloseTransport, b =>
            Wire.Router.CloseTransportRequest.Create(b, b.String("pipe"))).Accepted);
        Assert.Equal(0, _harness.Ports.RangesInUse);
    }

    [Fact]
    public void TenThousandThatComeAndGoLeaveNothingBehind()
    {
        int deadlines = _harness.DeadlineCount;
        ComeAndGo(100);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        ComeAndGo(10_000);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.Equal(["router", "t"], _harness.Registry.Requests.Ids);
        Assert.Equal(["t"], _harness.Registry.Notifications.Ids);
        Assert.Equal(deadlines, _harness.DeadlineCount);
        Assert.InRange(grown, long.MinValue, 1_000_000);
    }

    private void ComeAndGo(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.True(CreateDirectTransport("d").Accepted);
            Assert.True(ProduceData("d", "dp").Accepted);
            Assert.True(ConsumeData("t", "dc", "dp").Accepted);
            Assert.True(CreateAudioLevelObserver("levels", threshold: -80).Accepted);
            Assert.True(CloseObserver("levels").Accepted);
            Assert.Equal(
                ["dc DataConsumerDataProducerClose", "answer"],
                _harness.Ask("router", Wire.Request.Method.RouterCloseTransport, b =>
                    Wire.Router.CloseTransportRequest.Create(b, b.String("d"))).Events);
        }
    }

    private HandlerHarness.Exchange CreateDirectTransport(string id, bool enableSctp = false) => _harness.Ask(
        "router",
        Wire.Request.Method.RouterCreateDirectTransport,
        b => Wire.Router.CreateDirectTransportRequest.Create(
            b,
            transportId: b.String(id),
            options: Wire.DirectTransport.DirectTransportOptions.Create(
                b,
                @base: Wire.Transport.Options.Create(
                    b, direct: true, maxSendMessageSize: 100, maxReceiveMessageSize: 100, enableSctp: enableSctp))));

    private HandlerHarness.Exchange ProduceData(
        string transportId, string id, Wire.DataProducer.Type type = Wire.DataProducer.Type.Direct) => _harness.Ask(
        transportId,
        Wire.Request.Method.TransportProduceData,
        b => Wire.Transport.ProduceDataRequest.Create(b, dataProducerId: b.String(id), type: type));

    private HandlerHarness.Exchange ConsumeData(string transportId, string id, string producerId) => _harness.Ask(
        transportId,
        Wire.Request.Method.TransportConsumeData,
        b => Wire.Transport.ConsumeDataRequest.Create(
            b,
            dataConsumerId: b.String(id),
            dataProducerId: b.String(producerId),
            type: Wire.DataConsumer.Type.Direct));

    private HandlerHarness.Exchange CreateAudioLevelObserver(string id, sbyte threshold) => _harness.Ask(
        "router",
        Wire.Request.Method.RouterCreateAudioLevelObserver,
        b => Wire.Router.CreateAudioLevelObserverRequest.Create(
            b,
            rtpObserverId: b.String(id),
            options: Wire.AudioLevelObserver.AudioLevelObserverOptions.Create(
                b, maxEntries: 1, threshold: threshold, interval: 1_000)));

    private HandlerHarness.Exchange CloseObserver(string id) => _harness.Ask(
        "router",
        Wire.Request.Method.RouterCloseRtpObserver,
        b => Wire.Router.CloseRtpObserverRequest.Create(b, b.String(id)));
}
