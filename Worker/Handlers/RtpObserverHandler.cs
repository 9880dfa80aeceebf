using Channel;
using Rtc.Routing.Observers;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to an observer of either kind.</summary>
internal sealed class RtpObserverHandler(WorkerServices services, RtpObserver observer) : IRequestHandler
{
    /// <inheritdoc/>
    public void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        switch (request.Method)
        {
            case Wire.Request.Method.RtpObserverPause:
                observer.Pause();
                break;
            case Wire.Request.Method.RtpObserverResume:
                observer.Resume(services.NowUs);
                break;
            case Wire.Request.Method.RtpObserverAddProducer:
                AddProducer(request);
                break;
            case Wire.Request.Method.RtpObserverRemoveProducer:
                RemoveProducer(request);
                break;
            default:
                throw Requests.Unsupported(request);
        }

        channel.Accept(request.Id);
    }

    private void AddProducer(in Wire.Request.Request request)
    {
        if (!request.TryGetBody(out Wire.RtpObserver.AddProducerRequest body))
            throw Requests.WrongBody(request);

        observer.AddProducer(body.ProducerId, services.NowUs);
    }

    private void RemoveProducer(in Wire.Request.Request request)
    {
        if (!request.TryGetBody(out Wire.RtpObserver.RemoveProducerRequest body))
            throw Requests.WrongBody(request);

        observer.RemoveProducer(body.ProducerId, services.NowUs);
    }
}
