using Rtc.Seams;

namespace Worker.Net;

/// <summary>A bound socket and the port that it takes in the worker's books; closing it gives both back.</summary>
public sealed class BoundSocket : IDisposable
{
    private readonly TakenPorts? _ports;

    /// <param name="fd">The descriptor.</param>
    /// <param name="address">What it is bound to.</param>
    /// <param name="ports">The books of its range; null where the port is out of none.</param>
    internal BoundSocket(int fd, in TransportAddress address, TakenPorts? ports = null)
    {
        Fd = fd;
        Address = address;
        _ports = ports;
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
        _ports?.Release(Address.Port);
    }
}
