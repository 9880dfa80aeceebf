using Channel;
using Rtc.Routing;
using Rtc.Sctp;
using Worker.Logging;
using Worker.Net;

namespace Worker.Handlers;

/// <summary>What the handlers of a worker share.</summary>
/// <param name="Channel">Where notifications go.</param>
/// <param name="Registry">Whom the application can address.</param>
/// <param name="Loop">The loop that owns everything.</param>
/// <param name="Ports">Where sockets come from.</param>
/// <param name="Dtls">Who the worker is to DTLS peers.</param>
/// <param name="Environment">What routers share.</param>
/// <param name="Drops">Who tells the application what was dropped.</param>
internal sealed record WorkerServices(
    ChannelWriter Channel,
    HandlerRegistry Registry,
    EventLoop Loop,
    PortManager Ports,
    DtlsIdentity Dtls,
    RouterEnvironment Environment,
    DropLog Drops)
{
    /// <summary>The WebRtcServers, which transports of any router may use.</summary>
    public HandlerTable<WebRtcServerHandler> WebRtcServers { get; } = new();

    /// <summary>Memory for data messages that wait, of all transports.</summary>
    public SctpBufferPool SctpBuffers { get; } = new();

    /// <summary>The time of the running turn, in monotonic microseconds.</summary>
    public long NowUs => Loop.NowUs;
}
