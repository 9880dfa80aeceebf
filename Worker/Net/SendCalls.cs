using System.Runtime.InteropServices;

namespace Worker.Net;

/// <summary>
/// The two system calls that send. Tests that need them to fail override them; the worker has this class alone, so that
/// its calls are direct.
/// </summary>
internal unsafe class SendCalls
{
    private const int Flags = Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL;

    /// <summary>sendmmsg: how many messages were sent, or a negated errno.</summary>
    public virtual int SendMany(int fd, Libc.MultiMessageHeader* messages, int count)
    {
        int result = Libc.sendmmsg(fd, messages, (uint)count, Flags);
        return result >= 0 ? result : -Marshal.GetLastSystemError();
    }

    /// <summary>sendmsg: how many bytes were sent, or a negated errno.</summary>
    public virtual int SendOne(int fd, Libc.MessageHeader* message)
    {
        nint result = Libc.sendmsg(fd, message, Flags);
        return result >= 0 ? (int)result : -Marshal.GetLastSystemError();
    }
}
