using Channel.Wire;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a DirectTransport, and RTCP that the application sends to it.</summary>
internal sealed class DirectTransportHandler(WorkerServices services, DirectTransport transport)
    : TransportHandler(services, transport, sockets: null)
{
    /// <inheritdoc/>
    public override void Handle(in Wire.Notification.Notification notification)
    {
        if (notification.Event != Wire.Notification.Event.TransportSendRtcp)
            throw NotificationRefusals.Unsupported(notification);
        if (!notification.TryGetBody(out Wire.Transport.SendRtcpNotification body))
            throw NotificationRefusals.WrongBody(notification);

        transport.OnRtcp(body.Data, Services.NowUs);
    }

    /// <inheritdoc/>
    public override void Dump(in IncomingRequest request)
    {
        WireBuilder b = request.Builder;
        request.Accept(Wire.DirectTransport.DumpResponse.Create(
            b, @base: TransportWriter.WriteDump(b, transport.Dump())));
    }

    /// <inheritdoc/>
    protected override void GetStats(in IncomingRequest request)
    {
        WireBuilder b = request.Builder;
        request.Accept(Wire.DirectTransport.GetStatsResponse.Create(
            b, @base: TransportWriter.WriteStats(b, transport.GetStats(Services.NowUs))));
    }
}
