namespace Worker.Net;

/// <summary>A file descriptor's place in the loop.</summary>
public sealed class FdRegistration
{
    private readonly EventLoop _loop;
    private FdEvents _events;

    internal FdRegistration(EventLoop loop, int fd, IFdHandler handler, FdEvents events, int slot, uint generation)
    {
        _loop = loop;
        Fd = fd;
        Handler = handler;
        _events = events;
        Slot = slot;
        Generation = generation;
    }

    /// <summary>What it is watched for.</summary>
    public FdEvents Events
    {
        get => _events;
        set
        {
            if (value == _events || IsClosed)
                return;

            _events = value;
            _loop.Modify(this);
        }
    }

    /// <summary>Whether it was taken out of the loop.</summary>
    public bool IsClosed { get; private set; }

    internal int Fd { get; }

    internal IFdHandler Handler { get; }

    internal int Slot { get; }

    internal uint Generation { get; }

    /// <summary>
    /// Takes it out of the loop, which then holds no event for it any more, not even one of the running turn. Must
    /// come before the descriptor is closed.
    /// </summary>
    public void Close()
    {
        if (IsClosed)
            return;

        IsClosed = true;
        _loop.Remove(this);
    }
}
