namespace Rtc.Crypto;

/// <summary>
/// AES-GCM encryption (NIST SP 800-38D) with one key over one reused OpenSSL context. Per message: <see cref="Begin"/>,
/// then <see cref="AddAuthenticatedData"/> as often as needed, <see cref="Update"/> as often as needed,
/// <see cref="Finish"/>. Nothing is allocated per message.
/// </summary>
public sealed unsafe class AesGcmEncryptor : IDisposable
{
    /// <summary>Nonce length in bytes.</summary>
    public const int NonceLength = 12;

    /// <summary>Tag length in bytes.</summary>
    public const int TagLength = 16;

    private readonly AeadImplementation _implementation;
    private readonly AeadContextHandle _context;

    /// <param name="key">16 or 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesGcmEncryptor(ReadOnlySpan<byte> key)
    {
        _implementation = AeadImplementation.AesGcm(key.Length);
        _context = _implementation.CreateContext();
        fixed (byte* pointer = key)
        {
            LibCrypto.Check(_implementation.EncryptInit(_context.Pointer, pointer, (nuint)key.Length, null, 0, null));
        }
    }

    /// <summary>Starts a message. The nonce (12 bytes) must never repeat under one key for another message.</summary>
    public void Begin(ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength);
        fixed (byte* pointer = nonce)
        {
            LibCrypto.Check(_implementation.EncryptInit(_context.Pointer, null, 0, pointer, NonceLength, null));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Adds bytes that are authenticated and not encrypted; before the first <see cref="Update"/>.</summary>
    public void AddAuthenticatedData(ReadOnlySpan<byte> data)
    {
        nuint written;
        nuint length = (nuint)data.Length;
        fixed (byte* pointer = data)
        {
            LibCrypto.Check(_implementation.Update(_context.Pointer, null, &written, length, pointer, length));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Encrypts the next part; the output is as long as the input and either identical or disjoint.</summary>
    public void Update(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ciphertext.Length, plaintext.Length);
        if (plaintext.IsEmpty)
        {
            return;
        }

        nuint written;
        nuint length = (nuint)plaintext.Length;
        fixed (byte* input = plaintext)
        fixed (byte* output = ciphertext)
        {
            LibCrypto.Check(_implementation.Update(_context.Pointer, output, &written, length, input, length));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Ends the message and writes its tag (16 bytes).</summary>
    public void Finish(Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tag.Length, TagLength);
        nuint written;
        byte* nothing = stackalloc byte[TagLength];
        OsslParam* parameters = stackalloc OsslParam[2];
        fixed (byte* pointer = tag)
        {
            nint context = _context.Pointer;
            LibCrypto.Check(_implementation.Final(context, nothing, &written, TagLength));
            OsslParam.WriteTag(parameters, pointer, TagLength);
            LibCrypto.Check(_implementation.GetContextParameters(context, parameters));
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
