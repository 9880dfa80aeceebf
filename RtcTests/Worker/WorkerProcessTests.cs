using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipes;
using Channel;
using Channel.Wire;
using Microsoft.Win32.SafeHandles;
using Worker;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests;

/// <summary>A whole worker in the test's process, spoken to over real pipes as Node would.</summary>
public sealed class WorkerProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly AnonymousPipeServerStream _toWorker = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _fromWorker = new(PipeDirection.In);
    private readonly WireLayout _layout;
    private readonly WorkerProcess _worker;
    private readonly Thread _thread;
    private readonly FrameReader _frames = new();

    public WorkerProcessTests()
    {
        Assert.True(WireLayout.TryResolve("3.27.1", out WireLayout? layout, out _));
        _layout = layout;
        _worker = new WorkerProcess(
            Settings.Parse(["--logLevel=warn"]),
            layout,
            new SafePipeHandle(_toWorker.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false),
            new SafePipeHandle(_fromWorker.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false));
        _thread = new Thread(_worker.Run);
        _thread.Start();
        Wire.Notification.Notification running = Next(out _).Notification();
        Assert.Equal(Wire.Notification.Event.WorkerRunning, running.Event);
        Assert.Equal(Environment.ProcessId.ToString(), running.HandlerId);
    }

    [Fact]
    public void A_dump_names_the_process()
    {
        Send(Request(7, Wire.Request.Method.WorkerDump, "anything"));
        Wire.Response.Response response = Next(out _).Response();
        Assert.Equal(7u, response.Id);
        Assert.True(response.Accepted);
        Assert.True(response.TryGetBody(out Wire.Worker.DumpResponse dump));
        Assert.Equal((uint)Environment.ProcessId, dump.Pid);
    }

    [Fact]
    public void Resource_usage_is_that_of_the_process()
    {
        Send(Request(1, Wire.Request.Method.WorkerGetResourceUsage));
        Wire.Response.Response response = Next(out _).Response();
        Assert.True(response.TryGetBody(out Wire.Worker.ResourceUsageResponse usage));
        Assert.InRange(usage.RuMaxrss, 10_000UL, 100_000_000UL);
        Assert.True(usage.RuUtime + usage.RuStime > 0);
    }

    [Fact]
    public void A_handler_that_does_not_exist_is_not_found_and_says_so_in_order_with_other_answers()
    {
        byte[] both =
        [
            .. Request(1, Wire.Request.Method.RouterDump, "nobody"),
            .. Request(2, Wire.Request.Method.WorkerDump),
        ];
        Send(both);
        Wire.Response.Response refused = Next(out _).Response();
        Assert.Equal(1u, refused.Id);
        Assert.False(refused.Accepted);
        Assert.Equal("NotFoundError", refused.Error);
        Assert.Contains("nobody", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(2u, Next(out _).Response().Id);
    }

    [Fact]
    public void Garbage_in_a_frame_is_logged_and_dropped_and_the_worker_lives()
    {
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] garbage = new byte[random.Next(4, 300)];
            random.NextBytes(garbage);
            BinaryPrimitives.WriteInt32LittleEndian(garbage, garbage.Length - 4);
            Send(garbage);
            Assert.Equal(Wire.Message.Body.Log, Next(out _).DataType);
        }

        Send(Request(9, Wire.Request.Method.WorkerDump));
        Assert.Equal(9u, Next(out _).Response().Id);
    }

    [Fact]
    public void Frames_cut_anywhere_are_understood()
    {
        byte[] bytes = [.. Request(1, Wire.Request.Method.WorkerDump), .. Request(2, Wire.Request.Method.WorkerDump)];
        foreach (byte b in bytes)
            Send([b]);
        Assert.Equal(1u, Next(out _).Response().Id);
        Assert.Equal(2u, Next(out _).Response().Id);
    }

    [Fact]
    public void A_reader_that_lags_gets_every_answer_in_order()
    {
        const uint Count = 3_000;
        for (uint i = 0; i < Count; i++)
            Send(Request(i, Wire.Request.Method.WorkerDump));
        for (uint i = 0; i < Count; i++)
            Assert.Equal(i, Next(out _).Response().Id);
    }

    [Fact]
    public void A_frame_over_the_limit_closes_the_worker()
    {
        Send([0xFF, 0xFF, 0xFF, 0x7F, 0]);
        Assert.True(_thread.Join(Limit));
    }

    [Fact]
    public void Closing_it_ends_it_after_what_was_asked_before_is_answered()
    {
        Send([.. Request(5, Wire.Request.Method.WorkerDump), .. Close()]);
        Assert.Equal(5u, Next(out _).Response().Id);
        Assert.True(_thread.Join(Limit));
    }

    [Fact]
    public void The_end_of_the_pipe_ends_it()
    {
        _toWorker.Dispose();
        Assert.True(_thread.Join(Limit));
    }

    public void Dispose()
    {
        _worker.Terminate();
        Assert.True(_thread.Join(Limit));
        _worker.Dispose();
        _toWorker.Dispose();
        _fromWorker.Dispose();
    }

    private byte[] Request(uint id, Wire.Request.Method method, string handlerId = "") =>
        Frame(b => Wire.Request.Request.Create(b, b.String(handlerId), id: id, method: method));

    private byte[] Close() => Frame(
        b => Wire.Notification.Notification.Create(b, b.String(""), @event: Wire.Notification.Event.WorkerClose));

    private byte[] Frame(Func<WireBuilder, Wire.Message.BodyOffset> write)
    {
        WireBuilder builder = new(_layout);
        Wire.Message.BodyOffset body = write(builder);
        return builder.FinishSizePrefixed(Wire.Message.Message.Create(builder, body).Value).ToArray();
    }

    private void Send(ReadOnlySpan<byte> bytes) => _toWorker.Write(bytes);

    private Wire.Message.Message Next(out int length)
    {
        long start = Stopwatch.GetTimestamp();
        ReadOnlySpan<byte> payload;
        while (_frames.TryRead(out payload) != FrameStatus.Frame)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, "no message came");
            _frames.Advance(_fromWorker.Read(_frames.GetReceiveSpan()));
        }

        length = payload.Length;
        Assert.True(Wire.Message.Message.TryRead(payload, _layout, out Wire.Message.Message message, out _));
        return message;
    }
}

/// <summary>What a message must be.</summary>
internal static class MessageExtensions
{
    public static Wire.Response.Response Response(this Wire.Message.Message message)
    {
        Assert.True(message.TryGetData(out Wire.Response.Response response), "not a response");
        return response;
    }

    public static Wire.Notification.Notification Notification(this Wire.Message.Message message)
    {
        Assert.True(message.TryGetData(out Wire.Notification.Notification notification), "not a notification");
        return notification;
    }
}
