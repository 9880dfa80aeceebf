using Channel;
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
            throw Requests.Unsupported(notification);
        if (!notification.TryGetBody(out Wire.Transport.SendRtcpNotification body))
            throw Requests.WrongBody(notification);

        transport.OnRtcp(body.Data, Services.NowUs);
    }

    /// <inheritdoc/>
    public override void Dump(in Wire.Request.Request request, ChannelWriter channel)
    {
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(request.Id, Wire.DirectTransport.DumpResponse.Create(
            b, @base: TransportWriter.WriteDump(b, transport.Dump())));
    }

    /// <inheritdoc/>
    protected override void GetStats(in Wire.Request.Request request, ChannelWriter channel)
    {
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(request.Id, Wire.DirectTransport.GetStatsResponse.Create(
            b, @base: TransportWriter.WriteStats(b, transport.GetStats(Services.NowUs))));
    }
}
