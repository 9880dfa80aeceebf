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
    public void Handle(in IncomingRequest request)
    {
        WireBuilder b = request.Builder;
        switch (request.Method)
        {
            case Wire.Request.Method.ProducerDump:
                request.Accept(ProducerWriter.WriteDump(b, producer.Dump()));
                break;
            case Wire.Request.Method.ProducerGetStats:
                request.Accept(Wire.Producer.GetStatsResponse.Create(
                    b, stats: RtpStreamWriter.WriteStats(b, producer.GetStats(services.NowUs))));
                break;
            case Wire.Request.Method.ProducerPause:
                producer.Pause(services.NowUs);
                request.Accept();
                break;
            case Wire.Request.Method.ProducerResume:
                producer.Resume(services.NowUs);
                request.Accept();
                break;
            case Wire.Request.Method.ProducerEnableTraceEvent:
                EnableTraceEvent(request);
                break;
            default:
                throw request.Unsupported();
        }
    }

    /// <inheritdoc/>
    public void Handle(in Wire.Notification.Notification notification)
    {
        if (notification.Event != Wire.Notification.Event.ProducerSend)
            throw NotificationRefusals.Unsupported(notification);
        if (!notification.TryGetBody(out Wire.Producer.SendNotification body))
            throw NotificationRefusals.WrongBody(notification);

        transport.Application.OnRtp(body.Data, services.NowUs);
    }

    private void EnableTraceEvent(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Producer.EnableTraceEventRequest body));
        producer.SetTraceEventTypes(ProducerWriter.ReadTraceEventTypes(body.Events));
        request.Accept();
    }
}
