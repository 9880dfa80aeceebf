using Channel;
using Channel.Wire;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Worker.Handlers.Notifiers;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests that every kind of transport takes; the subclasses add their own.</summary>
internal abstract class TransportHandler(WorkerServices services, Transport transport, SocketSet? sockets)
    : IRequestHandler, INotificationHandler
{
    private readonly DataRequests _data = new(services, transport);

    /// <summary>The transport.</summary>
    public Transport Transport => transport;

    /// <summary>What the handlers of the worker share.</summary>
    protected WorkerServices Services => services;

    /// <inheritdoc/>
    public virtual void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.TransportDump:
                Dump(request, channel);
                break;
            case Wire.Request.Method.TransportGetStats:
                GetStats(request, channel);
                break;
            case Wire.Request.Method.TransportSetMaxIncomingBitrate:
                SetMaxIncomingBitrate(request, channel);
                break;
            case Wire.Request.Method.TransportSetMaxOutgoingBitrate:
                SetMaxOutgoingBitrate(request, channel);
                break;
            case Wire.Request.Method.TransportSetMinOutgoingBitrate:
                SetMinOutgoingBitrate(request, channel);
                break;
            case Wire.Request.Method.TransportEnableTraceEvent:
                EnableTraceEvent(request, channel);
                break;
            case Wire.Request.Method.TransportProduce:
                Produce(request, channel);
                break;
            case Wire.Request.Method.TransportConsume:
                Consume(request, channel);
                break;
            case Wire.Request.Method.TransportCloseProducer:
                CloseProducer(request, channel);
                break;
            case Wire.Request.Method.TransportCloseConsumer:
                CloseConsumer(request, channel);
                break;
            case Wire.Request.Method.TransportProduceData:
                _data.Produce(request, channel);
                break;
            case Wire.Request.Method.TransportConsumeData:
                _data.Consume(request, channel);
                break;
            case Wire.Request.Method.TransportCloseDataProducer:
                _data.CloseProducer(request, channel);
                break;
            case Wire.Request.Method.TransportCloseDataConsumer:
                _data.CloseConsumer(request, channel);
                break;
            default:
                throw Requests.Unsupported(request);
        }
    }

    /// <inheritdoc/>
    public virtual void Handle(in Wire.Notification.Notification notification) =>
        throw RequestException.Error($"transport {transport.Id} has a network: it takes no RTCP of the application");

    /// <summary>Answers with what the transport looks like.</summary>
    public abstract void Dump(in Wire.Request.Request request, ChannelWriter channel);

    /// <summary>No request reaches the transport or anything on it any more.</summary>
    public void Unregister()
    {
        services.Registry.Remove(transport.Id);
        foreach (string id in transport.Producers.Keys)
            services.Registry.Remove(id);
        foreach (string id in transport.Consumers.Keys)
            services.Registry.Remove(id);
        _data.Unregister();
    }

    /// <summary>The transport hangs on a router from now on.</summary>
    public virtual void OnAdded(RouterHandler router)
    {
    }

    /// <summary>The transport is closed: so is what it alone listened on.</summary>
    public virtual void LeaveSockets() => sockets?.Close();

    /// <summary>Answers with what the transport counted.</summary>
    protected abstract void GetStats(in Wire.Request.Request request, ChannelWriter channel);

    private void SetMaxIncomingBitrate(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.SetMaxIncomingBitrateRequest body))
            throw Requests.WrongBody(request);

        transport.SetMaxIncomingBitrate(body.MaxIncomingBitrate, services.NowUs);
        channel.Accept(request.Id);
    }

    private void SetMaxOutgoingBitrate(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.SetMaxOutgoingBitrateRequest body))
            throw Requests.WrongBody(request);

        transport.Limits.SetMaxOutgoing(body.MaxOutgoingBitrate);
        channel.Accept(request.Id);
        transport.OnOutgoingLimitsChanged(services.NowUs);
    }

    private void SetMinOutgoingBitrate(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.SetMinOutgoingBitrateRequest body))
            throw Requests.WrongBody(request);

        transport.Limits.SetMinOutgoing(body.MinOutgoingBitrate);
        channel.Accept(request.Id);
        transport.OnOutgoingLimitsChanged(services.NowUs);
    }

    private void EnableTraceEvent(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.EnableTraceEventRequest body))
            throw Requests.WrongBody(request);

        transport.TraceEventTypes = TransportWriter.ReadTraceEventTypes(body.Events);
        channel.Accept(request.Id);
    }

    private void Produce(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.ProduceRequest body))
            throw Requests.WrongBody(request);

        string id = body.ProducerId;
        services.Registry.CheckIsFree(id);
        RtpParameters parameters = RtpParametersReader.Read(body.RtpParameters);
        var options = new ProducerOptions
        {
            Id = id,
            Kind = RtpParametersReader.ReadKind(body.Kind),
            RtpParameters = parameters,
            RtpMapping = RtpParametersReader.ReadMapping(body.RtpMapping, parameters),
            KeyFrameRequestDelayMs = body.KeyFrameRequestDelay,
            EnablePacketId = body.EnableMediasoupPacketIdHeaderExtension,
            Paused = body.Paused,
        };
        Producer producer = transport.Produce(options, new ProducerNotifier(services.Channel, id), services.NowUs);
        services.Registry.Add(id, new ProducerHandler(services, producer, transport));
        channel.Accept(request.Id, Wire.Transport.ProduceResponse.Create(
            channel.ResponseBuilder, type: RtpParametersWriter.ToWire(producer.Type)));
    }

    private void Consume(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.ConsumeRequest body))
            throw Requests.WrongBody(request);

        string id = body.ConsumerId;
        services.Registry.CheckIsFree(id);
        var options = new ConsumerOptions
        {
            Id = id,
            ProducerId = body.ProducerId,
            Kind = RtpParametersReader.ReadKind(body.Kind),
            RtpParameters = RtpParametersReader.Read(body.RtpParameters),
            Type = RtpParametersReader.ReadType(body.Type),
            ConsumableRtpEncodings = RtpParametersReader.ReadEncodings(body.ConsumableRtpEncodings),
            PreferredLayers = ConsumerWriter.ReadLayers(body.PreferredLayers),
            IgnoreDtx = body.IgnoreDtx,
            Paused = body.Paused,
        };
        Consumer consumer = transport.Consume(options, new ConsumerNotifier(services, id), services.NowUs);
        services.Registry.Add(id, new ConsumerHandler(services, consumer));
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(request.Id, Wire.Transport.ConsumeResponse.Create(
            b,
            paused: consumer.IsPaused,
            producerPaused: consumer.IsProducerPaused,
            score: ConsumerWriter.WriteScore(b, consumer.Score),
            preferredLayers: ConsumerWriter.WriteLayers(b, consumer.PreferredLayers)));

        // What the consumer begins with must not overtake the answer.
        transport.Start(consumer, services.NowUs);
    }

    private void CloseProducer(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.CloseProducerRequest body))
            throw Requests.WrongBody(request);

        string id = body.ProducerId;
        transport.CloseProducer(id, services.NowUs);
        services.Registry.Remove(id);
        channel.Accept(request.Id);
    }

    private void CloseConsumer(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Transport.CloseConsumerRequest body))
            throw Requests.WrongBody(request);

        string id = body.ConsumerId;
        transport.CloseConsumer(id, services.NowUs);
        services.Registry.Remove(id);
        channel.Accept(request.Id);
    }
}
