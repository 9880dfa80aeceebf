using Channel;
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
    public void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        WireBuilder b = channel.ResponseBuilder;
        switch (request.Method)
        {
            case Wire.Request.Method.ConsumerDump:
                channel.Accept(request.Id, ConsumerWriter.WriteDump(b, consumer.Dump()));
                break;
            case Wire.Request.Method.ConsumerGetStats:
                channel.Accept(request.Id, Wire.Consumer.GetStatsResponse.Create(
                    b, stats: RtpStreamWriter.WriteStats(b, consumer.GetStats(services.NowUs))));
                break;
            case Wire.Request.Method.ConsumerPause:
                consumer.Pause(services.NowUs);
                channel.Accept(request.Id);
                break;
            case Wire.Request.Method.ConsumerResume:
                consumer.Resume(services.NowUs);
                channel.Accept(request.Id);
                break;
            case Wire.Request.Method.ConsumerRequestKeyFrame:
                consumer.RequestKeyFrame(services.NowUs);
                channel.Accept(request.Id);
                break;
            case Wire.Request.Method.ConsumerSetPreferredLayers:
                SetPreferredLayers(request, channel);
                break;
            case Wire.Request.Method.ConsumerSetPriority:
                SetPriority(request, channel);
                break;
            case Wire.Request.Method.ConsumerEnableTraceEvent:
                EnableTraceEvent(request, channel);
                break;
            default:
                throw Requests.Unsupported(request);
        }
    }

    private void SetPreferredLayers(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Consumer.SetPreferredLayersRequest body))
            throw Requests.WrongBody(request);

        ConsumerLayers wanted = ConsumerWriter.ReadLayers(body.PreferredLayers)
            ?? throw RequestException.TypeError("preferredLayers are missing");
        ConsumerLayers? taken = consumer.SetPreferredLayers(wanted);
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(request.Id, Wire.Consumer.SetPreferredLayersResponse.Create(
            b, preferredLayers: ConsumerWriter.WriteLayers(b, taken)));
        consumer.ApplyPreferredLayers(services.NowUs);
    }

    private void SetPriority(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Consumer.SetPriorityRequest body))
            throw Requests.WrongBody(request);

        byte taken = consumer.SetPriority(body.Priority);
        channel.Accept(request.Id, Wire.Consumer.SetPriorityResponse.Create(
            channel.ResponseBuilder, priority: taken));
    }

    private void EnableTraceEvent(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Consumer.EnableTraceEventRequest body))
            throw Requests.WrongBody(request);

        consumer.SetTraceEventTypes(ConsumerWriter.ReadTraceEventTypes(body.Events));
        channel.Accept(request.Id);
    }
}
