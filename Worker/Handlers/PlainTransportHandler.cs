using Channel;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a PlainTransport.</summary>
internal sealed class PlainTransportHandler(WorkerServices services, PlainTransport transport, SocketSet sockets)
    : TransportHandler(services, transport, sockets)
{
    /// <inheritdoc/>
    public override void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (request.Method == Wire.Request.Method.PlainTransportConnect)
            Connect(request, channel);
        else
            base.Handle(request, channel);
    }

    /// <inheritdoc/>
    public override void Dump(in Wire.Request.Request request, ChannelWriter channel) => channel.Accept(
        request.Id, PlainTransportWriter.WriteDump(channel.ResponseBuilder, transport.Dump()));

    /// <inheritdoc/>
    protected override void GetStats(in Wire.Request.Request request, ChannelWriter channel) => channel.Accept(
        request.Id,
        PlainTransportWriter.WriteStats(channel.ResponseBuilder, transport.GetStats(Services.NowUs), transport));

    private void Connect(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.PlainTransport.ConnectRequest body))
            throw Requests.WrongBody(request);

        transport.Connect(
            body.Ip,
            body.Port,
            body.RtcpPort,
            body.HasSrtpParameters ? SrtpParametersConverter.Read(body.SrtpParameters) : null);
        channel.Accept(
            request.Id, PlainTransportWriter.WriteConnected(channel.ResponseBuilder, transport));

        // Consumers and reports begin after the answer.
        transport.SetConnected(Services.NowUs);
    }
}
