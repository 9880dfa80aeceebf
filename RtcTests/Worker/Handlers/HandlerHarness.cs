using System.Buffers.Binary;
using Channel;
using Channel.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Rtc.Buffers;
using Rtc.Routing;
using Rtc.Rtp;
using Rtc.Streams;
using Worker;
using Worker.Handlers;
using Worker.Logging;
using Worker.Net;
using Wire = Channel.Wire;

namespace RtcTests.WorkerTests.Handlers;

/// <summary>All handlers of a worker over a real loop, asked as the application would ask, without a process.</summary>
internal sealed class HandlerHarness : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly DtlsIdentity _dtls;
    private readonly WorkerHandler _worker;
    private readonly RequestDispatcher _dispatcher;

    public HandlerHarness(Release release = Release.V3_27)
    {
        Layout = WireLayout.For(release);
        _dtls = new DtlsIdentity(new Settings(), _loop.Input);
        Channel = new ChannelWriter(Layout);
        Ports = new PortManager(new PortRange(20_000, 29_999), _loop.Input);
        RouterEnvironment environment = new(
            _loop.Deadlines, _loop.Input, new RtpPacketPool(new PacketPool()), new WallClock(0));
        DropLog drops = new(NullLogger.Instance, _loop.SendQueue.Counters, Channel);
        _worker = new WorkerHandler(
            new WorkerServices(Channel, Registry, _loop, Ports, _dtls, environment, drops), new LogFilter());
        _dispatcher = new RequestDispatcher(Channel, Registry, _worker, () => { }, NullLogger.Instance);
    }

    public delegate Wire.Request.BodyOffset WriteBody(WireBuilder b);

    public WireLayout Layout { get; }

    public ChannelWriter Channel { get; }

    public HandlerRegistry Registry { get; } = new();

    public PortManager Ports { get; }

    /// <summary>How many deadlines of the core are set.</summary>
    public int DeadlineCount => _loop.Deadlines.Count;

    /// <summary>Asks, and returns what was sent meanwhile in its order: events and the answer.</summary>
    public Exchange Ask(string handlerId, Wire.Request.Method method, WriteBody? body = null)
    {
        WireBuilder b = new(Layout);
        Wire.Request.BodyOffset written = body is null ? default : body(b);
        var request = Wire.Request.Request.Create(
            b, handlerId: b.String(handlerId), id: 1, method: method, body: written);
        byte[] frame = b.FinishSizePrefixed(Wire.Message.Message.Create(b, request).Value).ToArray();
        if (!Wire.Message.Message.TryRead(frame.AsSpan(4), Layout, out var message, out WireDefect defect)
            || !message.TryGetData(out Wire.Request.Request read))
        {
            throw new InvalidOperationException(defect.ToString());
        }

        _dispatcher.OnRequest(read);
        return ReadAll();
    }

    public static Offset<Wire.Transport.ListenInfo> ListenInfo(
        WireBuilder b, ushort port, string ip = "127.0.0.1", bool isTcp = false, string? announced = null) =>
        Wire.Transport.ListenInfo.Create(
            b,
            ip: b.String(ip),
            portRange: Wire.Transport.PortRange.Create(b),
            flags: Wire.Transport.SocketFlags.Create(b),
            protocol: isTcp ? Wire.Transport.Protocol.Tcp : Wire.Transport.Protocol.Udp,
            announcedAddress: b.String(announced),
            port: port);

    public void Dispose()
    {
        _worker.Close();
        _dtls.Dispose();
        _loop.Dispose();
    }

    private Exchange ReadAll()
    {
        List<string> events = [];
        Exchange exchange = new(events);
        while (!Channel.Pending.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(Channel.Pending);
            byte[] frame = Channel.Pending.Slice(4, length).ToArray();
            Channel.Consume(length + 4);
            if (!Wire.Message.Message.TryRead(frame, Layout, out var message, out WireDefect defect))
                throw new InvalidOperationException(defect.ToString());

            if (message.TryGetData(out Wire.Notification.Notification notification))
                events.Add($"{notification.HandlerId} {notification.Event}");
            if (message.TryGetData(out Wire.Response.Response response))
            {
                events.Add("answer");
                exchange = exchange with
                {
                    Accepted = response.Accepted, Error = response.Error, Reason = response.Reason, Frame = frame,
                };
            }
        }

        return exchange;
    }

    internal sealed record Exchange(IReadOnlyList<string> Events)
    {
        public bool Accepted { get; init; }

        public string? Error { get; init; }

        public string? Reason { get; init; }

        /// <summary>The answer's message.</summary>
        public byte[] Frame { get; init; } = [];
    }
}
