using Rtc.Routing.Observers;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to an observer of either kind.</summary>
internal sealed class RtpObserverHandler(WorkerServices services, RtpObserver observer) : IRequestHandler
{
    /// <inheritdoc/>
    public void Handle(in IncomingRequest request)
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
                throw request.Unsupported();
        }

        request.Accept();
    }

    private void AddProducer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.RtpObserver.AddProducerRequest body));
        observer.AddProducer(body.ProducerId, services.NowUs);
    }

    private void RemoveProducer(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.RtpObserver.RemoveProducerRequest body));
        observer.RemoveProducer(body.ProducerId, services.NowUs);
    }
}
