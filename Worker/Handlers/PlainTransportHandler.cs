using Rtc.Transports;
using Worker.Handlers.Converters;
using Wire = Channel.Wire;

namespace Worker.Handlers;

/// <summary>Requests to a PlainTransport.</summary>
internal sealed class PlainTransportHandler(WorkerServices services, PlainTransport transport, SocketSet sockets)
    : TransportHandler(services, transport, sockets)
{
    /// <inheritdoc/>
    public override void Handle(in IncomingRequest request)
    {
        if (request.Method == Wire.Request.Method.PlainTransportConnect)
            Connect(request);
        else
            base.Handle(request);
    }

    /// <inheritdoc/>
    public override void Dump(in IncomingRequest request) =>
        request.Accept(PlainTransportWriter.WriteDump(request.Builder, transport.Dump()));

    /// <inheritdoc/>
    protected override void GetStats(in IncomingRequest request) =>
        request.Accept(PlainTransportWriter.WriteStats(
            request.Builder, transport.GetStats(Services.NowUs), transport));

    private void Connect(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.PlainTransport.ConnectRequest body));
        transport.Connect(
            body.Ip,
            body.Port,
            body.RtcpPort,
            body.HasSrtpParameters ? SrtpParametersConverter.Read(body.SrtpParameters) : null);
        request.Accept(PlainTransportWriter.WriteConnected(request.Builder, transport));

        // Consumers and reports begin after the answer.
        transport.SetConnected(Services.NowUs);
    }
}
