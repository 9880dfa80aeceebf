using Rtc.Routing;
using Rtc.Seams;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a data producer, and messages that the application sends through it.</summary>
/// <param name="services">What the handlers of the worker share.</param>
/// <param name="producer">The data producer.</param>
/// <param name="transport">Its transport.</param>
internal sealed class DataProducerHandler(WorkerServices services, DataProducer producer, Transport transport)
    : IRequestHandler, INotificationHandler
{
    /// <inheritdoc/>
    public void Handle(in IncomingRequest request)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.DataProducerDump:
                request.Accept(DataWriter.WriteDump(request.Builder, producer));
                break;
            case Wire.Request.Method.DataProducerGetStats:
                request.Accept(DataWriter.WriteStats(request.Builder, producer, services.NowUs));
                break;
            case Wire.Request.Method.DataProducerPause:
                producer.Pause();
                request.Accept();
                break;
            case Wire.Request.Method.DataProducerResume:
                producer.Resume();
                request.Accept();
                break;
            default:
                throw request.Unsupported();
        }
    }

    /// <inheritdoc/>
    public void Handle(in Wire.Notification.Notification notification)
    {
        if (notification.Event != Wire.Notification.Event.DataProducerSend)
            throw NotificationRefusals.Unsupported(notification);
        if (!notification.TryGetBody(out Wire.DataProducer.SendNotification body))
            throw NotificationRefusals.WrongBody(notification);

        var message = new DataMessage(body.Ppid, body.Data)
        {
            Subchannels = body.Subchannels,
            RequiredSubchannel = body.RequiredSubchannel,
            IgnoredSubchannel = body.IgnoredSubchannel,
        };
        if (!transport.Application.OnMessage(producer, message, services.NowUs))
        {
            throw RequestException.TypeError(
                $"data producer {producer.Id}: a message of {body.Data.Length} bytes exceeds maxReceiveMessageSize");
        }
    }
}
