using System.Runtime.InteropServices;
using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// The one gate through which a loop's inputs reach the core: datagrams, closed connections, messages of the
/// application, deadlines and random bytes. Whoever wants to record a session sets <see cref="Observer"/>.
/// </summary>
public sealed class CoreInput : IRandomSource
{
    private readonly DeadlineQueue _deadlines;

    internal CoreInput(DeadlineQueue deadlines) => _deadlines = deadlines;

    /// <summary>Who watches; null, the normal case, costs one comparison an input.</summary>
    public IInputObserver? Observer { get; set; }

    /// <summary>
    /// Who is told what an input brought to light that is a defect of ours: the input is dropped, and what others made
    /// lives on. Null, as in tests, lets it through.
    /// </summary>
    public Action<string, Exception>? OnDefect { get; set; }

    /// <summary>The packets that wait for those that were received with them.</summary>
    public ForwardingBatch Batch { get; } = new();

    /// <summary>The datagrams that follow were received with one call.</summary>
    public void OpenBatch()
    {
        Observer?.OnBatchOpened();
        Batch.Open();
    }

    /// <summary>There are no more of them. Must come before any other input.</summary>
    public void CloseBatch()
    {
        Observer?.OnBatchClosed();
        try
        {
            Batch.Close();
        }
        catch (Exception defect) when (OnDefect is not null)
        {
            OnDefect("a batch of packets", defect);
        }
    }

    /// <summary>Hands in a datagram. Within a batch only RTP overtakes RTP, and that only at other consumers.</summary>
    public void Deliver(
        IDatagramReceiver receiver,
        IDatagramSocket socket,
        in TransportAddress remote,
        Span<byte> datagram,
        long nowUs)
    {
        Observer?.OnDatagram(socket, remote, datagram, nowUs);
        try
        {
            if (!Batch.IsEmpty && !IsRtp(datagram))
                Batch.Complete();

            receiver.OnDatagram(socket, remote, datagram, nowUs);
        }
        catch (Exception defect) when (OnDefect is not null)
        {
            OnDefect("a datagram", defect);
        }
    }

    /// <summary>Tells that a connection is gone.</summary>
    public void DeliverClosed(IDatagramReceiver receiver, IDatagramSocket socket, long nowUs)
    {
        Observer?.OnSocketClosed(socket, nowUs);
        try
        {
            receiver.OnSocketClosed(socket, nowUs);
        }
        catch (Exception defect) when (OnDefect is not null)
        {
            OnDefect("the end of a connection", defect);
        }
    }

    /// <summary>Must be called with bytes of the channel before their messages are handed in.</summary>
    public void ObserveChannelBytes(ReadOnlySpan<byte> bytes, long nowUs) => Observer?.OnChannelBytes(bytes, nowUs);

    /// <summary>Lets all deadlines up to <paramref name="nowUs"/> expire and returns how many there were.</summary>
    public int Expire(long nowUs)
    {
        if (_deadlines.NextUs > nowUs)
            return 0;

        Observer?.OnExpire(nowUs);
        try
        {
            return _deadlines.Expire(nowUs);
        }
        catch (Exception defect) when (OnDefect is not null)
        {
            // What else is due has its turn in the next one, at once.
            OnDefect("a deadline", defect);
            return 1;
        }
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        FillFromKernel(destination);
        Observer?.OnRandom(destination);
    }

    private static bool IsRtp(ReadOnlySpan<byte> datagram) =>
        RtpPacketView.IsRtp(datagram) && !RtcpReader.IsRtcp(datagram);

    // The platform's generator would bring a second binding to OpenSSL into the process, at each start.
    private static unsafe void FillFromKernel(Span<byte> destination)
    {
        fixed (byte* start = destination)
        {
            for (int filled = 0; filled < destination.Length;)
            {
                nint count = Libc.getrandom(start + filled, (nuint)(destination.Length - filled), flags: 0);
                if (count > 0)
                    filled += (int)count;
                else if (Marshal.GetLastPInvokeError() != Libc.EINTR)
                    throw new InvalidOperationException("the kernel gives no random bytes");
            }
        }
    }
}
