using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>
/// The one loop that owns the sockets, the deadlines, the send queue and everything in the core that they reach. A
/// turn waits until a descriptor is ready or the earliest deadline is due, hands in what there is, lets deadlines
/// expire, flushes the send queue and then runs the ends of turn (the channel's writes). Nothing of it may be touched
/// from another thread but <see cref="Stop"/> and <see cref="Wake"/>.
/// </summary>
public sealed unsafe class EventLoop : IDisposable
{
    /// <summary>A wait without an end.</summary>
    public const long Forever = long.MaxValue;

    private const int MaxEvents = 256;
    private const uint WakeSlot = uint.MaxValue;

    // struct epoll_event is packed on x64 and nowhere else.
    private static readonly int EventStride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int EventDataOffset = EventStride - sizeof(ulong);

    private readonly int _epoll;
    private readonly int _wakeFd;
    private readonly byte* _events;
    private readonly List<ITurnEnd> _turnEnds = [];
    private readonly Stack<int> _freeSlots = new();
    private FdRegistration?[] _slots = new FdRegistration?[64];
    private int _slotCount;
    private uint _generation;
    private bool _hasPreciseWait = true;
    private bool _disposed;
    private volatile bool _stopping;

    /// <summary>Opens a loop.</summary>
    /// <param name="clock">Where the time comes from; the system's monotonic clock when null.</param>
    /// <param name="sendQueue">What carries the datagrams out; one with default limits when null.</param>
    public EventLoop(IClock? clock = null, SendQueue? sendQueue = null)
    {
        Clock = clock ?? new MonotonicClock();
        SendQueue = sendQueue ?? new SendQueue();
        Input = new CoreInput(Deadlines);
        NowUs = Clock.NowUs;
        _epoll = Check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1");
        _wakeFd = Check(Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC), "eventfd");
        _events = (byte*)NativeMemory.AllocZeroed(MaxEvents, (nuint)EventStride);
        Control(Libc.EPOLL_CTL_ADD, _wakeFd, FdEvents.Readable, WakeSlot);
    }

    /// <summary>Where the time comes from.</summary>
    public IClock Clock { get; }

    /// <summary>All deadlines of the loop.</summary>
    public DeadlineQueue Deadlines { get; } = new();

    /// <summary>The gate to the core.</summary>
    public CoreInput Input { get; }

    /// <summary>What carries datagrams out.</summary>
    public SendQueue SendQueue { get; }

    /// <summary>The time of the running turn, in monotonic microseconds.</summary>
    public long NowUs { get; private set; }

    /// <summary>How many turns there were.</summary>
    public long Turns { get; private set; }

    /// <summary>Whether the kernel waits with a resolution of nanoseconds (Linux 5.11); milliseconds otherwise.</summary>
    public bool HasPreciseWait => _hasPreciseWait;

    internal ReceiveBuffers ReceiveBuffers { get; } = new();

    /// <summary>Watches a descriptor. It stays the caller's to close, after the registration.</summary>
    public FdRegistration Register(int fd, IFdHandler handler, FdEvents events)
    {
        int slot = _freeSlots.Count > 0 ? _freeSlots.Pop() : _slotCount++;
        if (slot == _slots.Length)
            Array.Resize(ref _slots, _slots.Length * 2);

        FdRegistration registration = new(this, fd, handler, events, slot, ++_generation);
        Control(Libc.EPOLL_CTL_ADD, fd, events, Token(registration));
        _slots[slot] = registration;
        return registration;
    }

    /// <summary>Adds something to be done at the end of every turn.</summary>
    public void AddTurnEnd(ITurnEnd turnEnd) => _turnEnds.Add(turnEnd);

    /// <summary>Takes turns until <see cref="Stop"/>.</summary>
    public void Run()
    {
        while (!_stopping)
            RunTurn(Forever);
    }

    /// <summary>
    /// Takes one turn: waits for at most <paramref name="maxWaitUs"/> microseconds, and no longer than until the
    /// earliest deadline. Returns how many descriptors were ready and deadlines expired.
    /// </summary>
    public int RunTurn(long maxWaitUs)
    {
        Turns++;
        int ready = Wait(TimeoutUs(maxWaitUs));
        NowUs = Clock.NowUs;
        int handled = 0;
        for (int i = 0; i < ready; i++)
        {
            if (Dispatch(_events + (i * EventStride)))
                handled++;
        }

        // Handling a batch takes time; what fell due meanwhile need not wait for the next turn.
        NowUs = Clock.NowUs;
        handled += Input.Expire(NowUs);
        SendQueue.Flush();
        foreach (ITurnEnd turnEnd in _turnEnds)
            turnEnd.OnTurnEnd(NowUs);

        return handled;
    }

    /// <summary>Ends <see cref="Run"/> after the running turn. Any thread may call it.</summary>
    public void Stop()
    {
        _stopping = true;
        Wake();
    }

    /// <summary>Ends a wait. Any thread may call it.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = Libc.write(_wakeFd, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        _ = Libc.close(_wakeFd);
        _ = Libc.close(_epoll);
        NativeMemory.Free(_events);
        ReceiveBuffers.Dispose();
        SendQueue.Dispose();
    }

    internal static int Check(int result, string call) =>
        result >= 0
            ? result
            : throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    internal void Modify(FdRegistration registration) =>
        Control(Libc.EPOLL_CTL_MOD, registration.Fd, registration.Events, Token(registration));

    internal void Remove(FdRegistration registration)
    {
        _slots[registration.Slot] = null;
        _freeSlots.Push(registration.Slot);
        Control(Libc.EPOLL_CTL_DEL, registration.Fd, FdEvents.None, 0);
    }

    private static ulong Token(FdRegistration registration) =>
        ((ulong)registration.Generation << 32) | (uint)registration.Slot;

    private void Control(int operation, int fd, FdEvents events, ulong token)
    {
        byte* epollEvent = stackalloc byte[16];
        *(uint*)epollEvent = (uint)events;
        Unsafe.WriteUnaligned(epollEvent + EventDataOffset, token);
        int result = Libc.epoll_ctl(_epoll, operation, fd, epollEvent);
        if (operation != Libc.EPOLL_CTL_DEL)
            Check(result, "epoll_ctl");
    }

    private long TimeoutUs(long maxWaitUs)
    {
        if (_stopping)
            return 0;

        long nextUs = Deadlines.NextUs;
        if (nextUs == Deadline.Never)
            return maxWaitUs;

        return Math.Min(maxWaitUs, Math.Max(0, nextUs - Clock.NowUs));
    }

    private int Wait(long timeoutUs)
    {
        int result;
        if (_hasPreciseWait)
        {
            Libc.TimeSpec timeout = new()
            {
                Seconds = timeoutUs / 1_000_000,
                Nanoseconds = timeoutUs % 1_000_000 * 1_000,
            };
            Libc.TimeSpec* pointer = timeoutUs == Forever ? null : &timeout;
            result = (int)Libc.epoll_pwait2(Libc.SYS_epoll_pwait2, _epoll, _events, MaxEvents, pointer, null, 0);
            if (result >= 0 || Marshal.GetLastPInvokeError() is not (Libc.ENOSYS or Libc.EPERM))
                return Math.Max(0, result);

            // An old kernel, or a sandbox that does not know the call.
            _hasPreciseWait = false;
        }

        long timeoutMs = timeoutUs == Forever ? -1 : Math.Min(int.MaxValue, (timeoutUs + 999) / 1_000);
        result = Libc.epoll_wait(_epoll, _events, MaxEvents, (int)timeoutMs);
        return Math.Max(0, result);
    }

    private bool Dispatch(byte* epollEvent)
    {
        ulong token = Unsafe.ReadUnaligned<ulong>(epollEvent + EventDataOffset);
        if (token == WakeSlot)
        {
            ulong count;
            _ = Libc.read(_wakeFd, &count, sizeof(ulong));
            return false;
        }

        // Gone or replaced by an earlier event of this turn?
        if (_slots[(uint)token] is not { } registration || registration.Generation != (uint)(token >> 32))
            return false;

        registration.Handler.OnReady((FdEvents)Unsafe.ReadUnaligned<uint>(epollEvent), NowUs);
        return true;
    }
}
