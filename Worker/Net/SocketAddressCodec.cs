using System.Buffers.Binary;
using Rtc.Seams;

namespace Worker.Net;

/// <summary>Between <see cref="TransportAddress"/> and the kernel's sockaddr_in and sockaddr_in6.</summary>
internal static class SocketAddressCodec
{
    /// <summary>The length of a sockaddr_in6; a sockaddr_in has 16 bytes.</summary>
    public const int MaxLength = 28;

    private const int IPv4Length = 16;

    /// <summary>Writes the address and returns how many bytes it takes, 16 or 28.</summary>
    public static int Write(in TransportAddress address, Span<byte> destination)
    {
        int length = address.IsIPv6 ? MaxLength : IPv4Length;
        destination[..length].Clear();
        ushort family = (ushort)(address.IsIPv6 ? Libc.AF_INET6 : Libc.AF_INET);
        BitConverter.TryWriteBytes(destination, family);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], address.Port);
        address.WriteAddress(destination[(address.IsIPv6 ? 8 : 4)..]);
        return length;
    }

    /// <summary>Reads an address; false when it is of another family or too short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out TransportAddress address)
    {
        address = default;
        if (source.Length < IPv4Length)
            return false;

        ushort port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        switch (BitConverter.ToUInt16(source))
        {
            case Libc.AF_INET:
                address = TransportAddress.Create(source.Slice(4, 4), port);
                return true;
            case Libc.AF_INET6 when source.Length >= MaxLength:
                address = TransportAddress.Create(source.Slice(8, 16), port);
                return true;
            default:
                return false;
        }
    }
}
