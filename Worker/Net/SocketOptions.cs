using System.Runtime.InteropServices;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>What is set on a socket and read from it.</summary>
internal static unsafe class SocketOptions
{
    /// <summary>Sets an integer option; false with an errno when the kernel refuses.</summary>
    public static bool TrySet(int fd, int level, int name, int value) =>
        Libc.setsockopt(fd, level, name, &value, sizeof(int)) == 0;

    /// <summary>Reads an integer option.</summary>
    public static int Get(int fd, int level, int name)
    {
        int value = 0;
        uint length = sizeof(int);
        EventLoop.Check(Libc.getsockopt(fd, level, name, &value, &length), "getsockopt");
        return value;
    }

    /// <summary>Lets small frames leave at once.</summary>
    public static void SetNoDelay(int fd) => TrySet(fd, Libc.IPPROTO_TCP, Libc.TCP_NODELAY, 1);

    /// <summary>The address that a socket is bound to.</summary>
    public static TransportAddress LocalAddress(int fd)
    {
        byte* name = stackalloc byte[SocketAddressCodec.MaxLength];
        uint length = SocketAddressCodec.MaxLength;
        EventLoop.Check(Libc.getsockname(fd, name, &length), "getsockname");
        SocketAddressCodec.TryRead(new ReadOnlySpan<byte>(name, (int)length), out TransportAddress address);
        return address;
    }

    /// <summary>The text of an errno.</summary>
    public static string ErrorText(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
