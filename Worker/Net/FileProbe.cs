using System.Runtime.InteropServices;
using System.Text;

namespace Worker.Net;

/// <summary>Looks at a path without opening it: opening a named pipe would wait for its other end.</summary>
internal static unsafe class FileProbe
{
    /// <summary>Says why a path is not a readable regular file; null when it is one.</summary>
    public static string? Refusal(string path)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        byte* status = stackalloc byte[Libc.STATX_LENGTH];
        fixed (byte* pointer = name)
        {
            if (Libc.statx(Libc.AT_FDCWD, pointer, 0, Libc.STATX_TYPE, status) != 0)
                return SocketOptions.ErrorText(Marshal.GetLastPInvokeError());
            if ((*(ushort*)(status + Libc.STATX_MODE_OFFSET) & Libc.S_IFMT) != Libc.S_IFREG)
                return "not a regular file";
            if (Libc.access(pointer, Libc.R_OK) != 0)
                return SocketOptions.ErrorText(Marshal.GetLastPInvokeError());
        }

        return null;
    }
}
