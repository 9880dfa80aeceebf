using Channel;
using Channel.Wire;
using Rtc.Transports;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a PipeTransport.</summary>
internal sealed class PipeTransportHandler(WorkerServices services, PipeTransport transport, SocketSet sockets)
    : TransportHandler(services, transport, sockets)
{
    /// <inheritdoc/>
    public override void Handle(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (request.Method == Wire.Request.Method.PipeTransportConnect)
            Connect(request, channel);
        else
            base.Handle(request, channel);
    }

    /// <inheritdoc/>
    public override void Dump(in Wire.Request.Request request, ChannelWriter channel) => channel.Accept(
        request.Id, PipeTransportWriter.WriteDump(channel.ResponseBuilder, transport.Dump()));

    /// <inheritdoc/>
    protected override void GetStats(in Wire.Request.Request request, ChannelWriter channel) => channel.Accept(
        request.Id,
        PipeTransportWriter.WriteStats(
            channel.ResponseBuilder, transport.GetStats(Services.NowUs), transport.TupleInfo));

    private void Connect(in Wire.Request.Request request, ChannelWriter channel)
    {
        if (!request.TryGetBody(out Wire.PipeTransport.ConnectRequest body))
            throw Requests.WrongBody(request);

        transport.Connect(
            body.Ip,
            body.Port,
            body.HasSrtpParameters ? SrtpParametersConverter.Read(body.SrtpParameters) : null);
        WireBuilder b = channel.ResponseBuilder;
        channel.Accept(
            request.Id,
            Wire.PipeTransport.ConnectResponse.Create(b, tuple: TupleWriter.Write(b, transport.TupleInfo)));

        // Consumers and reports begin after the answer.
        transport.SetConnected(Services.NowUs);
    }
}
