using Channel;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

/// <summary>Requests to data consumers that send over SCTP, and the order of what they set off.</summary>
public sealed class SctpDataHandlerTests : IDisposable
{
    private readonly HandlerHarness _harness = new();

    public SctpDataHandlerTests()
    {
        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerCreateRouter, b =>
            Wire.Worker.CreateRouterRequest.Create(b, b.String("router"))).Accepted);
        Assert.True(_harness.Ask("router", Wire.Request.Method.RouterCreatePipeTransport, b =>
            Wire.Router.CreatePipeTransportRequest.Create(
                b,
                transportId: b.String("pipe"),
                options: Wire.PipeTransport.PipeTransportOptions.Create(
                    b,
                    @base: Wire.Transport.Options.Create(
                        b,
                        enableSctp: true,
                        maxSendMessageSize: 1_000,
                        maxReceiveMessageSize: 1_000,
                        sctpSendBufferSize: 100,
                        sctpPerStreamSendQueueLimit: 100,
                        sctpMaxReceiverWindowBufferSize: 100_000),
                    listenInfo: HandlerHarness.ListenInfo(b, 0)))).Accepted);
        Assert.True(_harness.Ask("pipe", Wire.Request.Method.TransportProduceData, b =>
            Wire.Transport.ProduceDataRequest.Create(
                b,
                dataProducerId: b.String("dp"),
                type: Wire.DataProducer.Type.Sctp,
                sctpStreamParameters: Wire.SctpParameters.SctpStreamParameters.Create(b, streamId: 1))).Accepted);
        Assert.True(_harness.Ask("pipe", Wire.Request.Method.TransportConsumeData, b =>
            Wire.Transport.ConsumeDataRequest.Create(
                b,
                dataConsumerId: b.String("dc"),
                dataProducerId: b.String("dp"),
                type: Wire.DataConsumer.Type.Sctp,
                sctpStreamParameters: Wire.SctpParameters.SctpStreamParameters.Create(b, streamId: 1))).Accepted);
    }

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void AFullBufferIsAnsweredAndThenTold()
    {
        HandlerHarness.Exchange first = Send(100);
        Assert.Equal(["answer"], first.Events);
        Assert.True(first.Accepted);

        HandlerHarness.Exchange second = Send(1);
        Assert.Equal(["answer", "dc DataConsumerSctpSendBufferFull"], second.Events);
        Assert.Equal((ErrorKinds.Error, "sctpsendbufferfull"), (second.Error, second.Reason));
    }

    [Fact]
    public void WhatCannotBeSentIsRefusedAndNothingIsTold()
    {
        Assert.Equal((ErrorKinds.TypeError, 1), (Send(1_001).Error, Send(1_001).Events.Count));
        Assert.Equal((ErrorKinds.Error, 1), (Send(0).Error, Send(0).Events.Count));
        Assert.True(_harness.Ask("dc", Wire.Request.Method.DataConsumerPause).Accepted);
        Assert.Equal((ErrorKinds.Error, 1), (Send(1).Error, Send(1).Events.Count));
    }

    private HandlerHarness.Exchange Send(int length) => _harness.Ask("dc", Wire.Request.Method.DataConsumerSend, b =>
        Wire.DataConsumer.SendRequest.Create(b, ppid: 53, data: b.Vector(new byte[length])));
}
