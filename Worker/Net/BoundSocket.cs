using Rtc.Seams;

namespace Worker.Net;

/// <summary>A bound socket and the port that it takes in the worker's books; closing it gives both back.</summary>
public sealed class BoundSocket : IDisposable
{
    private Action? _onReleased;

    internal BoundSocket(int fd, in TransportAddress address, Action? onReleased)
    {
        Fd = fd;
        Address = address;
        _onReleased = onReleased;
    }

    /// <summary>The descriptor.</summary>
    public int Fd { get; }

    /// <summary>What it is bound to.</summary>
    public TransportAddress Address { get; }

    /// <summary>Whether it was closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Closes the descriptor and frees the port.</summary>
    public void Dispose()
    {
        if (IsClosed)
            return;

        IsClosed = true;
        _ = Libc.close(Fd);
        _onReleased?.Invoke();
        _onReleased = null;
    }
}
