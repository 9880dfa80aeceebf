using Channel;
using Channel.Wire;
using Rtc.Routing;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a producer, and packets that the application sends through it.</summary>
/// <param name="services">What the handlers of the worker share.</param>
/// <param name="producer">The producer.</param>
/// <param name="transport">Its transport.</param>
internal sealed class ProducerHandler(WorkerServices services, Producer producer, Transport transport)
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
    public void Handle(in Wire.Notification.Notification notification)
    {
        if (notification.Event != Wire.Notification.Event.ProducerSend)
            throw Requests.Unsupported(notification);
        if (!notification.TryGetBody(out Wire.Producer.SendNotification body))
            throw Requests.WrongBody(notification);

        transport.Application.OnRtp(body.Data, services.NowUs);
    }

    private void EnableTraceEvent(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.Producer.EnableTraceEventRequest body))
            throw Requests.WrongBody(request);

        producer.SetTraceEventTypes(ProducerWriter.ReadTraceEventTypes(body.Events));
        channel.Accept(request.Id);
    }
}
