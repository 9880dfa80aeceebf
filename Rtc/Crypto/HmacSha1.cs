namespace Rtc.Crypto;

/// <summary>
/// HMAC-SHA1 (RFC 2104) with one key over one reused OpenSSL context: the key is hashed once, every message starts
/// from there. Used by SRTP (RFC 3711) and STUN (RFC 8489). Nothing is allocated per message.
/// </summary>
public sealed unsafe class HmacSha1 : IDisposable
{
    /// <summary>Length in bytes of the code.</summary>
    public const int Length = 20;

    private readonly MacContextHandle _context;

    /// <param name="key">Any length.</param>
    public HmacSha1(ReadOnlySpan<byte> key)
    {
        nint mac = LibCrypto.Check(LibCrypto.EVP_MAC_fetch(0, "HMAC", 0));
        try
        {
            _context = new MacContextHandle(LibCrypto.EVP_MAC_CTX_new(mac));
        }
        finally
        {
            LibCrypto.EVP_MAC_free(mac);
        }

        ReadOnlySpan<byte> name = "digest\0"u8;
        ReadOnlySpan<byte> digest = "SHA1\0"u8;
        // OpenSSL takes a null key for "keep the key", so that an empty key needs an address.
        byte empty = 0;
        OsslParam* parameters = stackalloc OsslParam[2];
        fixed (byte* namePointer = name)
        fixed (byte* digestPointer = digest)
        fixed (byte* keyPointer = key)
        {
            parameters[0] = new OsslParam
            {
                Key = namePointer,
                DataType = OsslParam.Utf8String,
                Data = digestPointer,
                DataSize = (nuint)digest.Length - 1,
            };
            parameters[1] = default;
            byte* bytes = keyPointer != null ? keyPointer : &empty;
            LibCrypto.Check(LibCrypto.EVP_MAC_init(_context.Pointer, bytes, (nuint)key.Length, parameters));
        }
    }

    /// <summary>Writes the code (20 bytes) of one message.</summary>
    public void Compute(ReadOnlySpan<byte> message, Span<byte> code) => Compute(message, default, code);

    /// <summary>Writes the code (20 bytes) of one message that is given in two parts.</summary>
    public void Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> code)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(code.Length, Length);
        nint context = _context.Pointer;
        nuint written;
        fixed (byte* firstPointer = first)
        fixed (byte* secondPointer = second)
        fixed (byte* output = code)
        {
            LibCrypto.Check(LibCrypto.EVP_MAC_init(context, null, 0, null));
            LibCrypto.Check(LibCrypto.EVP_MAC_update(context, firstPointer, (nuint)first.Length));
            if (!second.IsEmpty)
            {
                LibCrypto.Check(LibCrypto.EVP_MAC_update(context, secondPointer, (nuint)second.Length));
            }

            LibCrypto.Check(LibCrypto.EVP_MAC_final(context, output, &written, Length));
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
