using System.Buffers.Binary;
using System.Net;

namespace Rtc.Seams;

/// <summary>
/// An IP address and a port (RFC 8445 section 4 calls the pair a transport address). A value of 24 bytes, so that it
/// is compared and hashed on the path of a packet without allocating.
/// </summary>
public readonly struct TransportAddress : IEquatable<TransportAddress>
{
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly ushort _port;
    private readonly bool _isIPv6;

    private TransportAddress(ulong high, ulong low, ushort port, bool isIPv6)
    {
        _high = high;
        _low = low;
        _port = port;
        _isIPv6 = isIPv6;
    }

    /// <summary>The port in host byte order.</summary>
    public ushort Port => _port;

    /// <summary>Whether the address has 16 bytes; it has 4 otherwise.</summary>
    public bool IsIPv6 => _isIPv6;

    /// <summary>How many bytes the IP address has: 4 or 16.</summary>
    public int AddressLength => _isIPv6 ? 16 : 4;

    /// <summary>
    /// Takes an IP address of 4 or 16 bytes in network order. An IPv4-mapped IPv6 address (::ffff:a.b.c.d) stays
    /// IPv6: whoever owns the socket decides whether to unmap.
    /// </summary>
    /// <exception cref="ArgumentException">The address has neither 4 nor 16 bytes.</exception>
    public static TransportAddress Create(ReadOnlySpan<byte> address, ushort port) => address.Length switch
    {
        4 => new TransportAddress(0, BinaryPrimitives.ReadUInt32BigEndian(address), port, isIPv6: false),
        16 => new TransportAddress(
            BinaryPrimitives.ReadUInt64BigEndian(address),
            BinaryPrimitives.ReadUInt64BigEndian(address[8..]),
            port,
            isIPv6: true),
        _ => throw new ArgumentException("an IP address has 4 or 16 bytes", nameof(address)),
    };

    /// <summary>
    /// Parses a numeric IP address: four decimal numbers without leading zeros and with dots between them, or any form
    /// of RFC 4291 section 2.2. Names are never resolved.
    /// </summary>
    public static bool TryParse(string address, ushort port, out TransportAddress result)
    {
        result = default;
        if (!address.Contains(':'))
            return TryParseIPv4(address, port, out result);

        if (!IPAddress.TryParse(address, out IPAddress? parsed))
            return false;

        Span<byte> bytes = stackalloc byte[16];
        if (!parsed.TryWriteBytes(bytes, out int length))
            return false;

        result = Create(bytes[..length], port);
        return true;
    }

    /// <summary>Writes the IP address in network order and returns its length, 4 or 16.</summary>
    public int WriteAddress(Span<byte> destination)
    {
        if (!_isIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        return 16;
    }

    /// <summary>The same address with another port.</summary>
    public TransportAddress WithPort(ushort port) => new(_high, _low, port, _isIPv6);

    /// <summary>The IP address alone, as text in its normal form.</summary>
    public string FormatAddress()
    {
        if (!_isIPv6)
            return FormatIPv4((uint)_low);

        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(bytes[..WriteAddress(bytes)]).ToString();
    }

    /// <inheritdoc/>
    public bool Equals(TransportAddress other) =>
        _low == other._low && _port == other._port && _high == other._high && _isIPv6 == other._isIPv6;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TransportAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_low, _high, _port, _isIPv6);

    /// <inheritdoc/>
    public override string ToString() => _isIPv6 ? $"[{FormatAddress()}]:{_port}" : $"{FormatAddress()}:{_port}";

    // IPv4 is done here, because IPAddress takes the first address 3 ms and reads octal and shortened forms as well.
    private static bool TryParseIPv4(ReadOnlySpan<char> text, ushort port, out TransportAddress result)
    {
        result = default;
        uint address = 0;
        for (int part = 0; part < 4; part++)
        {
            int length = 0;
            uint number = 0;
            for (; length < text.Length && char.IsAsciiDigit(text[length]); length++)
            {
                number = (number * 10) + (uint)(text[length] - '0');
                if (length == 3 || (length > 0 && text[0] == '0'))
                    return false;
            }

            if (length == 0 || number > byte.MaxValue)
                return false;

            address = (address << 8) | number;
            text = text[length..];
            if (part < 3)
            {
                if (text.IsEmpty || text[0] != '.')
                    return false;

                text = text[1..];
            }
        }

        result = new TransportAddress(0, address, port, isIPv6: false);
        return text.IsEmpty;
    }

    private static string FormatIPv4(uint address)
    {
        Span<char> text = stackalloc char[15];
        int length = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint number = (address >> shift) & 0xFF;
            if (number >= 100)
                text[length++] = (char)('0' + (number / 100));
            if (number >= 10)
                text[length++] = (char)('0' + (number / 10 % 10));
            text[length++] = (char)('0' + (number % 10));
            if (shift > 0)
                text[length++] = '.';
        }

        return new string(text[..length]);
    }

    /// <summary>Whether both are the same address and port.</summary>
    public static bool operator ==(in TransportAddress left, in TransportAddress right) => left.Equals(right);

    /// <summary>Whether address or port differ.</summary>
    public static bool operator !=(in TransportAddress left, in TransportAddress right) => !left.Equals(right);
}
