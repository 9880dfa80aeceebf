using System.Runtime.InteropServices;
using System.Text;

namespace Rtc.Rtp;

/// <summary>
/// The MID by which a receiver knows a stream (RFC 9143 section 15), as it stands in the room that a header has for it:
/// <see cref="RtpExtensionList.MidRoom"/> bytes, written with one store. A longer one cannot be sent and is empty.
/// </summary>
public readonly struct RtpMid
{
    // In the order of memory, what is not used is 0.
    private readonly ulong _bytes;

    /// <param name="utf8">UTF-8; empty for no MID.</param>
    public RtpMid(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > RtpExtensionList.MidRoom)
            return;

        Span<byte> room = stackalloc byte[RtpExtensionList.MidRoom];
        room.Clear();
        utf8.CopyTo(room);
        _bytes = MemoryMarshal.Read<ulong>(room);
        Length = (byte)utf8.Length;
    }

    /// <summary>Bytes of it; 0 for no MID.</summary>
    public byte Length { get; }

    /// <summary>Writes it and zeros behind it.</summary>
    /// <param name="room">At least <see cref="RtpExtensionList.MidRoom"/> bytes.</param>
    public void Write(Span<byte> room) => MemoryMarshal.Write(room, _bytes);

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> room = stackalloc byte[RtpExtensionList.MidRoom];
        Write(room);
        return Encoding.UTF8.GetString(room[..Length]);
    }
}
