using Channel.Wire;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

public sealed class WorkerHandlerTests : IDisposable
{
    private readonly HandlerHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void ADumpListsAllThatCanBeAddressed()
    {
        Assert.True(_harness.Ask("", Wire.Request.Method.WorkerCreateRouter, b =>
            Wire.Worker.CreateRouterRequest.Create(b, b.String("röuter"))).Accepted);
        string[] transports = [.. Enumerable.Range(0, 300).Select(i => $"transport-{i}")];
        foreach (string id in transports)
        {
            Assert.True(_harness.Ask("röuter", Wire.Request.Method.RouterCreateDirectTransport, b =>
                Wire.Router.CreateDirectTransportRequest.Create(
                    b, transportId: b.String(id), options: Wire.DirectTransport.DirectTransportOptions.Create(
                        b, @base: Wire.Transport.Options.Create(b, direct: true)))).Accepted);
        }

        HandlerHarness.Exchange answer = _harness.Ask("", Wire.Request.Method.WorkerDump);

        Assert.True(Wire.Message.Message.TryRead(answer.Frame, _harness.Layout, out var message, out _));
        Assert.True(message.TryGetData(out Wire.Response.Response response));
        Assert.True(response.TryGetBody(out Wire.Worker.DumpResponse dump));
        Assert.Equal((uint)Environment.ProcessId, dump.Pid);
        Assert.Equal(["röuter"], ToArray(dump.RouterIds));
        Assert.Empty(ToArray(dump.WebRtcServerIds));
        Assert.Equal(["röuter", .. transports], ToArray(dump.ChannelMessageHandlers.ChannelRequestHandlers));
        Assert.Equal(transports, ToArray(dump.ChannelMessageHandlers.ChannelNotificationHandlers));
    }

    private static string[] ToArray(StringVector texts)
    {
        List<string> list = [];
        foreach (string text in texts)
            list.Add(text);

        return [.. list];
    }
}
