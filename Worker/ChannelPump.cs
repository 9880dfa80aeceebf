using System.Runtime.InteropServices;
using Channel;
using Microsoft.Win32.SafeHandles;
using Worker.Net;

namespace Worker;

/// <summary>
/// Moves the channel's bytes: reads what the application sends and hands the messages in, writes at the end of each
/// turn, in one go, what was answered and told in it.
/// </summary>
public sealed class ChannelPump : ITurnEnd, IDisposable
{
    // How many reads one turn makes, so that the sockets get their turn under a flood of requests.
    private const int MaxReadsPerTurn = 8;

    private readonly EventLoop _loop;
    private readonly SafePipeHandle _input;
    private readonly SafePipeHandle _output;
    private readonly ChannelReader _reader;
    private readonly ChannelWriter _writer;
    private readonly IChannelMessageHandler _handler;
    private readonly Action<string> _onBroken;
    private readonly FdRegistration _inputRegistration;
    private readonly FdRegistration _outputRegistration;

    /// <summary>Takes both ends into the loop.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="input">Where the application's messages come from.</param>
    /// <param name="output">Where the worker's messages go.</param>
    /// <param name="reader">Makes messages of bytes.</param>
    /// <param name="writer">Makes bytes of messages.</param>
    /// <param name="handler">Who gets the messages.</param>
    /// <param name="onBroken">What is done, once, when the other side is gone or cannot be understood any more.</param>
    public ChannelPump(
        EventLoop loop,
        SafePipeHandle input,
        SafePipeHandle output,
        ChannelReader reader,
        ChannelWriter writer,
        IChannelMessageHandler handler,
        Action<string> onBroken)
    {
        _loop = loop;
        _input = input;
        _output = output;
        _reader = reader;
        _writer = writer;
        _handler = handler;
        _onBroken = onBroken;
        SetNonBlocking(input);
        SetNonBlocking(output);
        _inputRegistration = loop.Register(Fd(input), new InputEnd(this), FdEvents.Readable);
        _outputRegistration = loop.Register(Fd(output), new OutputEnd(this), FdEvents.None);
        loop.AddTurnEnd(this);
    }

    /// <summary>Whether the other side is gone.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether bytes wait for the application to read.</summary>
    public bool HasPending => !IsBroken && !_writer.Pending.IsEmpty;

    /// <inheritdoc/>
    public void OnTurnEnd(long nowUs)
    {
        if (HasPending && (_outputRegistration.Events & FdEvents.Writable) == 0)
            Write();
    }

    /// <summary>Takes no more messages in; what waits still goes out.</summary>
    public void StopReading() => _inputRegistration.Close();

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputRegistration.Close();
        _outputRegistration.Close();
        _input.Dispose();
        _output.Dispose();
    }

    private static int Fd(SafePipeHandle handle) => (int)handle.DangerousGetHandle();

    private static void SetNonBlocking(SafePipeHandle handle)
    {
        int flags = EventLoop.Check(Libc.fcntl(Fd(handle), Libc.F_GETFL, 0), "fcntl");
        EventLoop.Check(Libc.fcntl(Fd(handle), Libc.F_SETFL, flags | Libc.O_NONBLOCK), "fcntl");
    }

    private void Break(string reason)
    {
        if (IsBroken)
            return;

        IsBroken = true;
        _inputRegistration.Close();
        _outputRegistration.Close();
        _onBroken(reason);
    }

    private unsafe void Read(long nowUs)
    {
        for (int i = 0; i < MaxReadsPerTurn && !_inputRegistration.IsClosed; i++)
        {
            Span<byte> room = _reader.GetReceiveSpan();
            int count;
            fixed (byte* pointer = room)
                count = (int)Libc.read(Fd(_input), pointer, (nuint)room.Length);
            if (count < 0 && Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EINTR)
                return;
            if (count <= 0)
            {
                Break("channel remotely closed, closing myself");
                return;
            }

            _loop.Input.ObserveChannelBytes(room[..count], nowUs);
            _reader.Advance(count);
            HandIn();
            if (count < room.Length)
                return;
        }
    }

    private void HandIn()
    {
        while (!_inputRegistration.IsClosed && _reader.TryRead(out IncomingMessage message))
        {
            switch (message.Kind)
            {
                case IncomingKind.Request:
                    _handler.OnRequest(message.Request);
                    break;
                case IncomingKind.Notification:
                    _handler.OnNotification(message.Notification);
                    break;
                case IncomingKind.TooLarge:
                    Break("channel message too long, closing myself");
                    break;
                case IncomingKind.Malformed:
                    _handler.OnMalformed(message.Defect.ToString() ?? "malformed");
                    break;
                default:
                    _handler.OnMalformed("discarding wrong Channel data: neither a request nor a notification");
                    break;
            }
        }
    }

    private unsafe void Write()
    {
        while (HasPending)
        {
            ReadOnlySpan<byte> pending = _writer.Pending;
            int count;
            fixed (byte* pointer = pending)
                count = (int)Libc.write(Fd(_output), pointer, (nuint)pending.Length);
            if (count < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Libc.EINTR)
                    continue;
                if (errno != Libc.EAGAIN)
                {
                    Break("channel cannot be written, closing myself");
                    return;
                }

                break;
            }

            _writer.Consume(count);
        }

        _outputRegistration.Events = HasPending ? FdEvents.Writable : FdEvents.None;
    }

    private sealed class InputEnd(ChannelPump pump) : IFdHandler
    {
        public void OnReady(FdEvents events, long nowUs) => pump.Read(nowUs);
    }

    private sealed class OutputEnd(ChannelPump pump) : IFdHandler
    {
        public void OnReady(FdEvents events, long nowUs)
        {
            if ((events & FdEvents.Writable) != 0)
                pump.Write();
            else if ((events & (FdEvents.Error | FdEvents.HangUp)) != 0)
                pump.Break("channel remotely closed, closing myself");
        }
    }
}
