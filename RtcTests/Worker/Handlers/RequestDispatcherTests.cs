using System.Buffers.Binary;
using Channel;
using Channel.Wire;
using Microsoft.Extensions.Logging;
using Rtc.Seams;
using Worker.Handlers;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

public sealed class RequestDispatcherTests
{
    private readonly WireLayout _layout;
    private readonly HandlerRegistry _handlers = new();
    private readonly FakeHandler _worker = new();
    private readonly CountingLogger _logger = new();
    private readonly ChannelWriter _channel;
    private readonly RequestDispatcher _dispatcher;
    private int _closes;

    public RequestDispatcherTests()
        : this(WireLayout.For(Release.V3_27))
    {
    }

    private RequestDispatcherTests(WireLayout layout)
    {
        _layout = layout;
        _channel = new ChannelWriter(_layout);
        _dispatcher = new RequestDispatcher(_channel, _handlers, _worker, () => _closes++, _logger);
    }

    [Fact]
    public void ARequestReachesWhomItIsAddressedTo()
    {
        FakeHandler router = new(request => _channel.Accept(request.Id));
        _handlers.Add("router", router);

        Answer answer = Ask("router", Wire.Request.Method.RouterDump);

        Assert.Equal(new Answer(1, true, null, null), answer);
        Assert.Equal(1, router.Requests);
        Assert.Equal(0, _worker.Requests);
    }

    [Fact]
    public void WhatIsAboutTheWorkerReachesItWhateverTheAddress()
    {
        _handlers.Add("router", new FakeHandler());

        Ask("router", Wire.Request.Method.WorkerDump);
        Ask("", Wire.Request.Method.WorkerCreateRouter);

        Assert.Equal(2, _worker.Requests);
    }

    [Fact]
    public void ARequestToCloseTheWorkerIsAnsweredAndClosesIt()
    {
        RequestDispatcherTests earlier = new(WireLayout.For(Release.V3_19_10));

        Answer answer = earlier.Ask("", Wire.Request.Method.WorkerClose);

        Assert.Equal(new Answer(1, true, null, null), answer);
        Assert.Equal(1, earlier._closes);
        Assert.False(_layout.Supports(Wire.Request.Method.WorkerClose));
    }

    [Fact]
    public void ARequestToNobodyIsNotFound()
    {
        Answer answer = Ask("nobody", Wire.Request.Method.ProducerDump);

        Assert.False(answer.Accepted);
        Assert.Equal(ErrorKinds.NotFoundError, answer.Error);
        Assert.Contains("nobody", answer.Reason);
    }

    [Theory]
    [InlineData(RequestErrorKind.Error, ErrorKinds.Error)]
    [InlineData(RequestErrorKind.TypeError, ErrorKinds.TypeError)]
    [InlineData(RequestErrorKind.NotFoundError, ErrorKinds.NotFoundError)]
    public void ARefusalIsAnsweredWithItsKindAndReason(RequestErrorKind kind, string error)
    {
        _handlers.Add("x", new FakeHandler(_ => throw new RequestException(kind, "because")));

        Answer answer = Ask("x", Wire.Request.Method.ProducerPause);

        Assert.Equal((false, error), (answer.Accepted, answer.Error));
        Assert.StartsWith("because", answer.Reason);
        Assert.Equal(0, _logger.Errors);
    }

    [Fact]
    public void AMistakeOfOursIsAnsweredAndLoggedAndTheNextRequestIsFine()
    {
        bool isBroken = true;
        _handlers.Add("x", new FakeHandler(request =>
        {
            _channel.ResponseBuilder.String("half written");
            if (isBroken)
                throw new InvalidOperationException("broken");
            _channel.Accept(request.Id);
        }));

        Answer answer = Ask("x", Wire.Request.Method.ProducerPause);
        isBroken = false;

        Assert.Equal(ErrorKinds.Error, answer.Error);
        Assert.Equal(1, _logger.Errors);
        Assert.True(Ask("x", Wire.Request.Method.ProducerPause).Accepted);
    }

    [Fact]
    public void WhatAFailedHandlerHadHalfWrittenIsInNoLaterNotification()
    {
        _channel.Notify("x", Wire.Notification.Event.ConsumerProducerPause);
        byte[] expected = _channel.Pending.ToArray();
        _channel.Consume(expected.Length);
        _handlers.Add("x", new FakeHandler(_ =>
        {
            _channel.NotificationBuilder.String("half written");
            throw new InvalidOperationException("broken");
        }));

        Ask("x", Wire.Request.Method.ProducerPause);
        _channel.Notify("x", Wire.Notification.Event.ConsumerProducerPause);

        Assert.Equal(expected, _channel.Pending.ToArray());
    }

    [Fact]
    public void ANotificationToNobodyIsLoggedAndNotAnswered()
    {
        _handlers.Add("deaf", new FakeHandler());
        var listener = new ListeningHandler();
        _handlers.Add("listener", listener);

        Tell("nobody");
        Tell("deaf");
        Assert.Equal(2, _logger.Errors);
        Tell("listener");

        Assert.Equal(2, _logger.Errors);
        Assert.Equal(1, listener.Notifications);
        Assert.True(_channel.Pending.IsEmpty);
    }

    [Fact]
    public void TheApplicationClosesTheWorkerByANotificationToWhomever()
    {
        Tell("nobody", Wire.Notification.Event.WorkerClose);

        Assert.Equal(1, _closes);
        Assert.Equal(0, _logger.Errors);
    }

    [Fact]
    public void AnIdIsTakenUntilItsHandlerLeaves()
    {
        _handlers.Add("a", new FakeHandler());
        _handlers.Add("b", new ListeningHandler());
        _handlers.Add("c", new FakeHandler());
        RequestException refusal = Assert.Throws<RequestException>(() => _handlers.Add("a", new FakeHandler()));
        Assert.Equal(RequestErrorKind.Error, refusal.Kind);
        Assert.Equal(["a", "b", "c"], _handlers.Requests.Ids);
        Assert.Equal(["b"], _handlers.Notifications.Ids);

        _handlers.Remove("a");
        _handlers.Remove("never there");

        Assert.Equal(["c", "b"], _handlers.Requests.Ids);
        Assert.False(_handlers.Requests.TryGet("a"u8, out _));
        Assert.True(_handlers.Requests.TryGet("c"u8, out _));
        _handlers.Add("a", new FakeHandler());
        Assert.True(_handlers.Requests.TryGet("a"u8, out _));
    }

    private Answer Ask(string handlerId, Wire.Request.Method method)
    {
        WireBuilder b = new(_layout);
        var request = Wire.Request.Request.Create(b, handlerId: b.String(handlerId), id: 1, method: method);
        byte[] frame = b.FinishSizePrefixed(Wire.Message.Message.Create(b, request).Value).ToArray();
        Assert.True(Wire.Message.Message.TryRead(frame.AsSpan(4), _layout, out var message, out _));
        Assert.True(message.TryGetData(out Wire.Request.Request read));

        _dispatcher.OnRequest(read);
        return ReadAnswer();
    }

    private void Tell(string handlerId, Wire.Notification.Event @event = Wire.Notification.Event.ProducerSend)
    {
        WireBuilder b = new(_layout);
        var notification = Wire.Notification.Notification.Create(
            b, handlerId: b.String(handlerId), @event: @event);
        byte[] frame = b.FinishSizePrefixed(Wire.Message.Message.Create(b, notification).Value).ToArray();
        Assert.True(Wire.Message.Message.TryRead(frame.AsSpan(4), _layout, out var message, out _));
        Assert.True(message.TryGetData(out Wire.Notification.Notification read));
        _dispatcher.OnNotification(read);
    }

    private Answer ReadAnswer()
    {
        ReadOnlySpan<byte> pending = _channel.Pending;
        if (pending.IsEmpty)
            return default;

        int length = BinaryPrimitives.ReadInt32LittleEndian(pending);
        Assert.True(Wire.Message.Message.TryRead(pending.Slice(4, length), _layout, out var message, out _));
        Assert.True(message.TryGetData(out Wire.Response.Response response));
        Answer answer = new(response.Id, response.Accepted, response.Error, response.Reason);
        _channel.Consume(pending.Length);
        return answer;
    }

    private readonly record struct Answer(uint Id, bool Accepted, string? Error, string? Reason);

    private delegate void Handle(Wire.Request.Request request);

    private sealed class FakeHandler(Handle? handle = null) : IRequestHandler
    {
        public int Requests { get; private set; }

        public void Handle(in IncomingRequest request)
        {
            Requests++;
            handle?.Invoke(request.Message);
        }
    }

    private sealed class ListeningHandler : IRequestHandler, INotificationHandler
    {
        public int Notifications { get; private set; }

        public void Handle(in IncomingRequest request) => throw new InvalidOperationException();

        public void Handle(in Wire.Notification.Notification notification) => Notifications++;
    }

    private sealed class CountingLogger : ILogger
    {
        public int Errors { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Errors += logLevel == LogLevel.Error ? 1 : 0;
    }
}
