using Channel;
using Channel.Wire;
using Wire = Channel.Wire;

namespace Benchmarks.Load;

/// <summary>Node's side of the pipe: sends requests one at a time and waits for their answers.</summary>
internal sealed unsafe class WorkerChannel(int readDescriptor, int writeDescriptor) : IDisposable
{
    private const int TimeoutMs = 10_000;

    private readonly WireLayout _layout = WireLayout.For(Release.V3_27);
    private readonly FrameReader _frames = new();
    private uint _lastId;

    /// <summary>Takes what is wanted out of an accepted answer.</summary>
    public delegate T AnswerReader<out T>(Wire.Response.Response response);

    /// <summary>To know when notifications wait.</summary>
    public int ReadDescriptor => readDescriptor;

    /// <summary>A builder for the body of the next request.</summary>
    public WireBuilder NewBuilder() => new(_layout);

    /// <summary>Waits for the worker to say that it runs.</summary>
    public void WaitUntilRunning()
    {
        bool isRunning = false;
        while (!isRunning)
        {
            WaitReadable();
            Receive();
            while (TryReadMessage(out Wire.Message.Message message))
            {
                isRunning |= message.TryGetData(out Wire.Notification.Notification notification) &&
                    notification.Event == Wire.Notification.Event.WorkerRunning;
            }
        }
    }

    /// <summary>Sends a request and waits until it is accepted.</summary>
    /// <exception cref="InvalidOperationException">It was refused, or no answer came in ten seconds.</exception>
    public void Request(
        WireBuilder builder, string handlerId, Wire.Request.Method method, Wire.Request.BodyOffset body = default) =>
        Request(builder, handlerId, method, body, static _ => true);

    /// <inheritdoc cref="Request(WireBuilder, string, Wire.Request.Method, Wire.Request.BodyOffset)"/>
    public T Request<T>(
        WireBuilder builder, string handlerId, Wire.Request.Method method, Wire.Request.BodyOffset body,
        AnswerReader<T> read)
    {
        uint id = ++_lastId;
        Offset<Wire.Request.Request> request = Wire.Request.Request.Create(
            builder, handlerId: builder.String(handlerId), id: id, method: method, body: body);
        Send(builder.FinishSizePrefixed(Wire.Message.Message.Create(builder, request).Value));
        while (true)
        {
            while (TryReadMessage(out Wire.Message.Message message))
            {
                if (!message.TryGetData(out Wire.Response.Response response) || response.Id != id)
                    continue;

                return response.Accepted
                    ? read(response)
                    : throw new InvalidOperationException($"{method}: {response.Error}: {response.Reason}");
            }

            WaitReadable();
            Receive();
        }
    }

    /// <summary>
    /// Reads what waits: counts the packets of a DirectTransport and drops the rest, because a full pipe would change
    /// the worker.
    /// </summary>
    public void ReadAvailable(PacketSink sink)
    {
        Receive();
        long nowNs = BurstClock.NowNs();
        while (TryReadMessage(out Wire.Message.Message message))
        {
            if (message.TryGetData(out Wire.Notification.Notification notification) &&
                notification.TryGetBody(out Wire.Consumer.RtpNotification rtp))
            {
                sink.Count(rtp.Data, rtp.Data.Length, nowNs);
            }
        }
    }

    public void Dispose()
    {
        Posix.close(readDescriptor);
        Posix.close(writeDescriptor);
    }

    private bool TryReadMessage(out Wire.Message.Message message)
    {
        message = default;
        if (_frames.TryRead(out ReadOnlySpan<byte> payload) != FrameStatus.Frame)
            return false;

        if (!Wire.Message.Message.TryRead(payload, _layout, out message, out WireDefect defect))
            throw new InvalidOperationException($"the worker sent a malformed message: {defect}");

        if (message.TryGetData(out Wire.Log.Log log))
            Console.Error.WriteLine($"worker: {log.Data}");
        return true;
    }

    private void Receive()
    {
        Span<byte> room = _frames.GetReceiveSpan();
        fixed (byte* start = room)
        {
            int count = Posix.Check((int)Posix.read(readDescriptor, start, (nuint)room.Length), "read");
            if (count == 0)
                throw new InvalidOperationException("the worker closed its channel");
            _frames.Advance(count);
        }
    }

    private void Send(ReadOnlySpan<byte> frame)
    {
        Posix.WriteAll(writeDescriptor, frame);
    }

    private void WaitReadable()
    {
        if (!Posix.WaitReadable(readDescriptor, TimeoutMs))
            throw new InvalidOperationException("the worker did not answer in ten seconds");
    }
}
