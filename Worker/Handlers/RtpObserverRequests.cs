using Rtc.Routing;
using Rtc.Routing.Observers;
using Worker.Handlers.Notifiers;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a router about its observers.</summary>
internal sealed class RtpObserverRequests(WorkerServices services, Router router)
{
    private readonly List<string> _ids = [];

    /// <summary>Makes an AudioLevelObserver.</summary>
    public void CreateAudioLevelObserver(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CreateAudioLevelObserverRequest body));
        string id = body.RtpObserverId;
        CheckIsFree(id);
        var options = new AudioLevelObserverOptions
        {
            MaxEntries = body.Options.MaxEntries,
            Threshold = body.Options.Threshold,
            IntervalMs = body.Options.Interval,
        };
        Add(new AudioLevelObserver(
            id, router, options, new AudioLevelObserverNotifier(services.Channel, id), services.NowUs));
        request.Accept();
    }

    /// <summary>Makes an ActiveSpeakerObserver.</summary>
    public void CreateActiveSpeakerObserver(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CreateActiveSpeakerObserverRequest body));
        string id = body.RtpObserverId;
        CheckIsFree(id);
        Add(new ActiveSpeakerObserver(
            id,
            router,
            body.Options.Interval,
            new ActiveSpeakerObserverNotifier(services.Channel, id),
            services.NowUs));
        request.Accept();
    }

    /// <summary>Closes an observer.</summary>
    public void Close(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.Router.CloseRtpObserverRequest body));
        router.CloseObserver(body.RtpObserverId);
        services.Registry.Remove(body.RtpObserverId);
        _ids.Remove(body.RtpObserverId);
        request.Accept();
    }

    /// <summary>No request reaches any of them any more.</summary>
    public void Unregister()
    {
        foreach (string id in _ids)
            services.Registry.Remove(id);
        _ids.Clear();
    }

    // Asked before one is made: it begins to count its intervals when it is.
    private void CheckIsFree(string id)
    {
        router.CheckObserverIdIsFree(id);
        services.Registry.CheckIsFree(id);
    }

    private void Add(RtpObserver observer)
    {
        router.AddObserver(observer);
        services.Registry.Add(observer.Id, new RtpObserverHandler(services, observer));
        _ids.Add(observer.Id);
    }
}
