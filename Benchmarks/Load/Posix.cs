using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>The system calls of Linux that the benchmark makes itself, so that nothing stands between it and them.</summary>
internal static unsafe partial class Posix
{
    public const int EpollIn = 1;
    public const int MessageDontWait = 0x40;
    public const int MessageTruncated = 0x20;
    public const int TryAgain = 11;
    public const int ClockThreadCpu = 3;
    public const int SignalKill = 9;
    public const int SignalTerminate = 15;

    private const int ClockOfScheduler = 2;
    private const int AddressFamilyUnix = 1;
    private const int AddressFamilyIPv4 = 2;
    private const int SocketStream = 1;
    private const int SocketDatagram = 2;
    private const int SocketNonBlocking = 0x800;
    private const int SocketCloseOnExec = 0x80000;
    private const int LevelSocket = 1;
    private const int ProtocolTcp = 6;
    private const int OptionNoDelay = 1;
    private const int ProtocolUdp = 17;
    private const int OptionSegment = 103;
    private const int OptionReceiveRuns = 104;
    private const int OptionReceiveBuffer = 8;
    private const int OptionReceiveBufferForce = 33;
    private const int EpollCloseOnExec = 0x80000;
    private const int EpollAdd = 1;
    private const int SetTimerSlack = 29;
    private const int CpuSetBytes = 128;

    // epoll_event is packed on x64 and nowhere else.
    private static readonly int EpollDataOffset =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    /// <summary>An error of a system call, with what was tried.</summary>
    public static InvalidOperationException Error(string what) =>
        new($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    public static int Check(int result, string what) => result >= 0 ? result : throw Error(what);

    /// <summary>A UDP socket at 127.0.0.1 that does not block, with a receive buffer of that many bytes.</summary>
    public static int OpenUdpSocket(int receiveBufferBytes, out ushort port)
    {
        int fd = Check(
            socket(AddressFamilyIPv4, SocketDatagram | SocketNonBlocking | SocketCloseOnExec, 0), "socket");
        if (setsockopt(fd, LevelSocket, OptionReceiveBufferForce, &receiveBufferBytes, sizeof(int)) < 0)
            Check(setsockopt(fd, LevelSocket, OptionReceiveBuffer, &receiveBufferBytes, sizeof(int)), "SO_RCVBUF");

        SocketAddress address = SocketAddress.Loopback(0);
        Check(bind(fd, &address, SocketAddress.Size), "bind");
        uint size = SocketAddress.Size;
        Check(getsockname(fd, &address, &size), "getsockname");
        port = address.Port;
        return fd;
    }

    /// <summary>Lets a UDP socket read what was sent as one run in one piece (UDP_GRO, udp(7)).</summary>
    public static void TakeRuns(int fd)
    {
        int on = 1;
        Check(setsockopt(fd, ProtocolUdp, OptionReceiveRuns, &on, sizeof(int)), "UDP_GRO");
    }

    /// <summary>A TCP connection to a port of 127.0.0.1 that sends at once; reads and writes block.</summary>
    public static int ConnectTcp(ushort port)
    {
        int fd = Check(socket(AddressFamilyIPv4, SocketStream | SocketCloseOnExec, 0), "socket");
        int on = 1;
        Check(setsockopt(fd, ProtocolTcp, OptionNoDelay, &on, sizeof(int)), "TCP_NODELAY");
        Connect(fd, port);
        return fd;
    }

    /// <summary>Gives a socket its only peer, a port of 127.0.0.1.</summary>
    public static void Connect(int fd, ushort port)
    {
        SocketAddress address = SocketAddress.Loopback(port);
        Check(connect(fd, &address, SocketAddress.Size), "connect");
    }

    /// <summary>Whether something can be read before the time is over.</summary>
    public static bool WaitReadable(int fd, int timeoutMs)
    {
        var entry = new PollEntry { Fd = fd, Events = EpollIn };
        return Check(poll(&entry, 1, timeoutMs), "poll") > 0;
    }

    /// <summary>Writes all of it.</summary>
    public static void WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* start = bytes)
                bytes = bytes[Check((int)write(fd, start, (nuint)bytes.Length), "write")..];
        }
    }

    /// <summary>Reads until the room is full.</summary>
    public static void ReadAll(int fd, Span<byte> room)
    {
        while (!room.IsEmpty)
        {
            fixed (byte* start = room)
            {
                int count = Check((int)read(fd, start, (nuint)room.Length), "read");
                room = count > 0 ? room[count..] : throw new InvalidOperationException("the worker hung up");
            }
        }
    }

    /// <summary>Reads what is there without waiting; 0 when there is nothing, or the other end is gone.</summary>
    public static int TryRead(int fd, Span<byte> room)
    {
        fixed (byte* start = room)
            return Math.Max(0, (int)recv(fd, start, (nuint)room.Length, MessageDontWait));
    }

    /// <summary>Two connected stream sockets that no child inherits unless told.</summary>
    public static (int Ours, int Theirs) OpenSocketPair()
    {
        int* pair = stackalloc int[2];
        Check(socketpair(AddressFamilyUnix, SocketStream | SocketCloseOnExec, 0, pair), "socketpair");
        return (pair[0], pair[1]);
    }

    public static int OpenEpoll(ReadOnlySpan<int> fds)
    {
        int epoll = Check(epoll_create1(EpollCloseOnExec), "epoll_create1");
        for (int i = 0; i < fds.Length; i++)
            AddToEpoll(epoll, fds[i], i);
        return epoll;
    }

    public static void AddToEpoll(int epoll, int fd, int index)
    {
        uint* entry = stackalloc uint[4];
        entry[0] = EpollIn;
        *(ulong*)((byte*)entry + EpollDataOffset) = (ulong)index;
        Check(epoll_ctl(epoll, EpollAdd, fd, entry), "epoll_ctl");
    }

    /// <summary>
    /// Waits for readable descriptors and writes the indices that they were added with. Returns how many; 0 when the
    /// time is over.
    /// </summary>
    public static int WaitForEpoll(int epoll, Span<int> indices, long timeoutNs)
    {
        const int MaxEvents = 64;
        byte* events = stackalloc byte[MaxEvents * 16];
        var timeout = new Timespec { Seconds = timeoutNs / 1_000_000_000, Nanoseconds = timeoutNs % 1_000_000_000 };
        int count = epoll_pwait2(epoll, events, Math.Min(indices.Length, MaxEvents), &timeout, null);
        for (int i = 0; i < count; i++)
            indices[i] = (int)*(ulong*)(events + (i * (EpollDataOffset + 8)) + EpollDataOffset);
        return Math.Max(count, 0);
    }

    /// <summary>Pins the calling thread, and what it starts from then on, to one CPU.</summary>
    public static void Pin(int cpu)
    {
        byte* set = stackalloc byte[CpuSetBytes];
        new Span<byte>(set, CpuSetBytes).Clear();
        set[cpu / 8] = (byte)(1 << (cpu % 8));
        SetAffinity(new ReadOnlySpan<byte>(set, CpuSetBytes));
    }

    /// <summary>Which CPUs the calling thread may use, for <see cref="SetAffinity"/>.</summary>
    public static byte[] GetAffinity()
    {
        byte[] set = new byte[CpuSetBytes];
        fixed (byte* start = set)
            Check(sched_getaffinity(0, CpuSetBytes, start), "sched_getaffinity");
        return set;
    }

    public static void SetAffinity(ReadOnlySpan<byte> set)
    {
        fixed (byte* start = set)
            Check(sched_setaffinity(0, CpuSetBytes, start), "sched_setaffinity");
    }

    /// <summary>Lets waits of the calling thread end within a microsecond of their time instead of fifty.</summary>
    public static void SharpenTimers() => Check(prctl(SetTimerSlack, 1, 0, 0, 0), "PR_SET_TIMERSLACK");

    /// <summary>CPU time of the calling thread in nanoseconds.</summary>
    public static long ThreadCpuNs() => ClockNs(ClockThreadCpu);

    /// <summary>CPU time of a process in nanoseconds (clock_getcpuclockid(3) computes the same clock).</summary>
    public static long ProcessCpuNs(int pid) => ClockNs((~pid << 3) | ClockOfScheduler);

    private static long ClockNs(int clock)
    {
        Timespec time;
        Check(clock_gettime(clock, &time), "clock_gettime");
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int recvmmsg(int fd, MessageHeaders* messages, uint count, int flags, Timespec* timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sendmmsg(int fd, MessageHeaders* messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_pwait2(int epoll, void* events, int count, Timespec* timeout, void* mask);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int posix_spawn(
        int* pid, byte* path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addopen(void* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, SocketAddress* address, uint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, void* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, void* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockname(int fd, SocketAddress* address, uint* size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int fd, int level, int option, void* value, uint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, void* entry);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_setaffinity(int threadId, nuint size, byte* set);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_getaffinity(int threadId, nuint size, byte* set);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, Timespec* time);

    /// <summary>sockaddr_in.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SocketAddress
    {
        public const uint Size = 16;

        private ushort _family;
        private ushort _port;
        private uint _address;
        private ulong _zero;

        public readonly ushort Port => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(_port);

        public static SocketAddress Loopback(ushort port) => new()
        {
            _family = AddressFamilyIPv4,
            _port = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(port),
            _address = 0x0100007F,
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Happened;
    }

    /// <summary>iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Buffer* Buffers;
        public nuint BufferCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>
    /// The control message of UDP_GRO and UDP_SEGMENT: cmsghdr, then the size of all packets of a run but its last, in
    /// four bytes where it is received and in the first two of them where it is sent.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SegmentControl
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int SegmentBytes;
        public int Padding;

        /// <summary>Has the kernel cut what is sent into packets of that many bytes.</summary>
        public static SegmentControl ForSending(ushort segmentBytes) => new()
        {
            Length = (nuint)(sizeof(nuint) + (2 * sizeof(int)) + sizeof(ushort)),
            Level = ProtocolUdp,
            Type = OptionSegment,
            SegmentBytes = BitConverter.IsLittleEndian ? segmentBytes : segmentBytes << 16,
        };
    }

    /// <summary>mmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeaders
    {
        public MessageHeader Header;
        public uint Length;
    }
}
