using Channel.Wire;
using Rtc.Routing;
using Rtc.Seams;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a consumer.</summary>
internal sealed class ConsumerHandler(WorkerServices services, Consumer consumer) : IRequestHandler
{
    /// <inheritdoc/>
    public void Handle(in IncomingRequest request)
    {
        WireBuilder b = request.Builder;
        switch (request.Method)
        {
            case Wire.Request.Method.ConsumerDump:
                request.Accept(ConsumerWriter.WriteDump(b, consumer.Dump()));
                break;
            case Wire.Request.Method.ConsumerGetStats:
                request.Accept(Wire.Consumer.GetStatsResponse.Create(
                    b, stats: RtpStreamWriter.WriteStats(b, consumer.GetStats(services.NowUs))));
                break;
            case Wire.Request.Method.ConsumerPause:
                consumer.Pause(services.NowUs);
                request.Accept();
                break;
            case Wire.Request.Method.ConsumerResume:
                consumer.Resume(services.NowUs);
                request.Accept();
                break;
            case Wire.Request.Method.ConsumerRequestKeyFrame:
                consumer.RequestKeyFrame(services.NowUs);
                request.Accept();
                break;
            case Wire.Request.Method.ConsumerSetPreferredLayers:
                SetPreferredLayers(request);
                break;
            case Wire.Request.Method.ConsumerSetPriority:
                SetPriority(request);
                break;
            case Wire.Request.Method.ConsumerEnableTraceEvent:
                EnableTraceEvent(request);
                break;
            default:
                throw request.Unsupported();
        }
    }

    private void SetPreferredLayers(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Consumer.SetPreferredLayersRequest body));
        ConsumerLayers wanted = ConsumerWriter.ReadLayers(body.PreferredLayers)
            ?? throw RequestException.TypeError("preferredLayers are missing");
        ConsumerLayers? taken = consumer.SetPreferredLayers(wanted);
        WireBuilder b = request.Builder;
        request.Accept(Wire.Consumer.SetPreferredLayersResponse.Create(
            b, preferredLayers: ConsumerWriter.WriteLayers(b, taken)));
        consumer.ApplyPreferredLayers(services.NowUs);
    }

    private void SetPriority(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Consumer.SetPriorityRequest body));
        byte taken = consumer.SetPriority(body.Priority);
        request.Accept(Wire.Consumer.SetPriorityResponse.Create(
            request.Builder, priority: taken));
    }

    private void EnableTraceEvent(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Consumer.EnableTraceEventRequest body));
        consumer.SetTraceEventTypes(ConsumerWriter.ReadTraceEventTypes(body.Events));
        request.Accept();
    }
}
