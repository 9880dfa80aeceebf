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
    private DataRequests? _data;

    /// <summary>The transport.</summary>
    public Transport Transport => transport;

    /// <summary>What the handlers of the worker share.</summary>
    protected WorkerServices Services => services;

    private DataRequests Data => _data ??= new DataRequests(services, transport);

    /// <inheritdoc/>
    public virtual void Handle(in IncomingRequest request)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.TransportDump:
                Dump(request);
                break;
            case Wire.Request.Method.TransportGetStats:
                GetStats(request);
                break;
            case Wire.Request.Method.TransportSetMaxIncomingBitrate:
                SetMaxIncomingBitrate(request);
                break;
            case Wire.Request.Method.TransportSetMaxOutgoingBitrate:
                SetMaxOutgoingBitrate(request);
                break;
            case Wire.Request.Method.TransportSetMinOutgoingBitrate:
                SetMinOutgoingBitrate(request);
                break;
            case Wire.Request.Method.TransportEnableTraceEvent:
                EnableTraceEvent(request);
                break;
            case Wire.Request.Method.TransportProduce:
                Produce(request);
                break;
            case Wire.Request.Method.TransportConsume:
                Consume(request);
                break;
            case Wire.Request.Method.TransportCloseProducer:
                CloseProducer(request);
                break;
            case Wire.Request.Method.TransportCloseConsumer:
                CloseConsumer(request);
                break;
            case Wire.Request.Method.TransportProduceData:
                Data.Produce(request);
                break;
            case Wire.Request.Method.TransportConsumeData:
                Data.Consume(request);
                break;
            case Wire.Request.Method.TransportCloseDataProducer:
                Data.CloseProducer(request);
                break;
            case Wire.Request.Method.TransportCloseDataConsumer:
                Data.CloseConsumer(request);
                break;
            default:
                throw request.Unsupported();
        }
    }

    /// <inheritdoc/>
    public virtual void Handle(in Wire.Notification.Notification notification) =>
        throw RequestException.Error($"transport {transport.Id} has a network: it takes no RTCP of the application");

    /// <summary>Answers with what the transport looks like.</summary>
    public abstract void Dump(in IncomingRequest request);

    /// <summary>No request reaches the transport or anything on it any more.</summary>
    public void Unregister()
    {
        services.Registry.Remove(transport.Id);
        foreach (string id in transport.Producers.Keys)
            services.Registry.Remove(id);
        foreach (string id in transport.Consumers.Keys)
            services.Registry.Remove(id);
        _data?.Unregister();
    }

    /// <summary>The transport hangs on a router from now on.</summary>
    public virtual void OnAdded(RouterHandler router)
    {
    }

    /// <summary>The transport is closed: so is what it alone listened on.</summary>
    public virtual void LeaveSockets() => sockets?.Close();

    /// <summary>Answers with what the transport counted.</summary>
    protected abstract void GetStats(in IncomingRequest request);

    private void SetMaxIncomingBitrate(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.SetMaxIncomingBitrateRequest body));
        transport.SetMaxIncomingBitrate(body.MaxIncomingBitrate, services.NowUs);
        request.Accept();
    }

    private void SetMaxOutgoingBitrate(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.SetMaxOutgoingBitrateRequest body));
        transport.Limits.SetMaxOutgoing(body.MaxOutgoingBitrate);
        request.Accept();
        transport.OnOutgoingLimitsChanged(services.NowUs);
    }

    private void SetMinOutgoingBitrate(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.SetMinOutgoingBitrateRequest body));
        transport.Limits.SetMinOutgoing(body.MinOutgoingBitrate);
        request.Accept();
        transport.OnOutgoingLimitsChanged(services.NowUs);
    }

    private void EnableTraceEvent(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.EnableTraceEventRequest body));
        transport.TraceEventTypes = TransportWriter.ReadTraceEventTypes(body.Events);
        request.Accept();
    }

    private void Produce(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.ProduceRequest body));
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
        request.Accept(Wire.Transport.ProduceResponse.Create(
            request.Builder, type: RtpParametersWriter.ToWire(producer.Type)));
    }

    private void Consume(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.ConsumeRequest body));
        string id = body.ConsumerId;
        services.Registry.CheckIsFree(id);
        string producerId = body.ProducerId;
        Consumer? sibling = transport.FindConsumerOf(producerId);
        var options = new ConsumerOptions
        {
            Id = id,
            ProducerId = SharedParts.Choose(producerId, sibling?.ProducerId),
            Kind = RtpParametersReader.ReadKind(body.Kind),
            RtpParameters = RtpParametersReader.Read(body.RtpParameters, sibling?.RtpParameters),
            Type = RtpParametersReader.ReadType(body.Type),
            ConsumableRtpEncodings = SharedParts.Choose(
                RtpParametersReader.ReadEncodings(body.ConsumableRtpEncodings), sibling?.ConsumableRtpEncodings),
            PreferredLayers = ConsumerWriter.ReadLayers(body.PreferredLayers),
            IgnoreDtx = body.IgnoreDtx,
            Paused = body.Paused,
        };
        Consumer consumer = transport.Consume(options, new ConsumerNotifier(services, id), services.NowUs);
        services.Registry.Add(id, new ConsumerHandler(services, consumer));
        WireBuilder b = request.Builder;
        request.Accept(Wire.Transport.ConsumeResponse.Create(
            b,
            paused: consumer.IsPaused,
            producerPaused: consumer.IsProducerPaused,
            score: ConsumerWriter.WriteScore(b, consumer.Score),
            preferredLayers: ConsumerWriter.WriteLayers(b, consumer.PreferredLayers)));

        // What the consumer begins with must not overtake the answer.
        transport.Start(consumer, services.NowUs);
    }

    private void CloseProducer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.CloseProducerRequest body));
        string id = body.ProducerId;
        transport.CloseProducer(id, services.NowUs);
        services.Registry.Remove(id);
        request.Accept();
    }

    private void CloseConsumer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Transport.CloseConsumerRequest body));
        string id = body.ConsumerId;
        transport.CloseConsumer(id, services.NowUs);
        services.Registry.Remove(id);
        request.Accept();
    }
}
