using Channel;
using Channel.Wire;
using Rtc.Routing;
using Rtc.Seams;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a producer.</summary>
internal sealed class ProducerHandler(WorkerServices services, Producer producer)
    : IRequestHandler, INotificationHandler
{
    /// <inheritdoc/>
    public void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        WireBuilder b = channel.ResponseBuilder;
        switch (request.Method)
        {
            case Wire.Request.Method.ProducerDump:
                channel.Accept(request.Id, ProducerWriter.WriteDump(b, producer.Dump()));
                break;
            case Wire.Request.Method.ProducerGetStats:
                channel.Accept(request.Id, Wire.Producer.GetStatsResponse.Create(
                    b, stats: RtpStreamWriter.WriteStats(b, producer.GetStats(services.NowUs))));
                break;
            case Wire.Request.Method.ProducerPause:
                producer.Pause(services.NowUs);
                channel.Accept(request.Id);
                break;
            case Wire.Request.Method.ProducerResume:
                producer.Resume(services.NowUs);
                channel.Accept(request.Id);
                break;
            case Wire.Request.Method.ProducerEnableTraceEvent:
                EnableTraceEvent(request, channel);
                break;
            default:
                throw Requests.Unsupported(request);
        }
    }

    /// <inheritdoc/>
    public void Handle(in Wire.Notification.Notification notification) =>
        throw RequestException.Error($"producer {producer.Id} has a network: it takes no packets of the application");

    private void EnableTraceEvent(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Producer.EnableTraceEventRequest body))
            throw Requests.WrongBody(request);

        producer.SetTraceEventTypes(ProducerWriter.ReadTraceEventTypes(body.Events));
        channel.Accept(request.Id);
    }
}
