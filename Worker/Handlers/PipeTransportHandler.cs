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
    public override void Handle(in IncomingRequest request)
    {
        if (request.Method == Wire.Request.Method.PipeTransportConnect)
            Connect(request);
        else
            base.Handle(request);
    }

    /// <inheritdoc/>
    public override void Dump(in IncomingRequest request) =>
        request.Accept(PipeTransportWriter.WriteDump(request.Builder, transport.Dump()));

    /// <inheritdoc/>
    protected override void GetStats(in IncomingRequest request) =>
        request.Accept(PipeTransportWriter.WriteStats(
            request.Builder, transport.GetStats(Services.NowUs), transport.TupleInfo));

    private void Connect(in IncomingRequest request)
    {
        request.RequireBody(request.Message.TryGetBody(out Wire.PipeTransport.ConnectRequest body));
        transport.Connect(
            body.Ip,
            body.Port,
            body.HasSrtpParameters ? SrtpParametersConverter.Read(body.SrtpParameters) : null);
        WireBuilder b = request.Builder;
        request.Accept(Wire.PipeTransport.ConnectResponse.Create(b, tuple: TupleWriter.Write(b, transport.TupleInfo)));

        // Consumers and reports begin after the answer.
        transport.SetConnected(Services.NowUs);
    }
}
