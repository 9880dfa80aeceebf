using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>The two system calls that send, replaceable by tests that need them to fail.</summary>
internal unsafe interface ISendCalls
{
    /// <summary>sendmmsg: how many messages were sent, or a negated errno.</summary>
    int SendMany(int fd, Libc.MultiMessageHeader* messages, int count);

    /// <summary>sendmsg: how many bytes were sent, or a negated errno.</summary>
    int SendOne(int fd, Libc.MessageHeader* message);
}

/// <summary>The kernel's.</summary>
internal sealed unsafe class SystemSendCalls : ISendCalls
{
    private const int Flags = Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL;

    public int SendMany(int fd, Libc.MultiMessageHeader* messages, int count)
    {
        int result = Libc.sendmmsg(fd, messages, (uint)count, Flags);
        return result >= 0 ? result : -Marshal.GetLastPInvokeError();
    }

    public int SendOne(int fd, Libc.MessageHeader* message)
    {
        nint result = Libc.sendmsg(fd, message, Flags);
        return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
    }
}
