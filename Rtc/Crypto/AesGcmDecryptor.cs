namespace Rtc.Crypto;

/// <summary>
/// AES-GCM decryption (NIST SP 800-38D) with one key over one reused OpenSSL context, called in the order of
/// <see cref="AesGcmEncryptor"/>. What <see cref="Update"/> writes is worth nothing before <see cref="TryFinish"/>
/// says true.
/// </summary>
public sealed unsafe class AesGcmDecryptor : IDisposable
{
    private readonly AeadImplementation _implementation;
    private readonly AeadContextHandle _context;

    /// <param name="key">16 or 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesGcmDecryptor(ReadOnlySpan<byte> key)
    {
        _implementation = AeadImplementation.AesGcm(key.Length);
        _context = _implementation.CreateContext();
        fixed (byte* pointer = key)
        {
            LibCrypto.Check(_implementation.DecryptInit(_context.Pointer, pointer, (nuint)key.Length, null, 0, null));
        }
    }

    /// <summary>Starts a message under its nonce (12 bytes).</summary>
    public void Begin(ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, AesGcmEncryptor.NonceLength);
        fixed (byte* pointer = nonce)
        {
            LibCrypto.Check(_implementation.DecryptInit(
                _context.Pointer, null, 0, pointer, AesGcmEncryptor.NonceLength, null));
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

    /// <summary>Decrypts the next part; the output is as long as the input and either identical or disjoint.</summary>
    public void Update(ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(plaintext.Length, ciphertext.Length);
        if (ciphertext.IsEmpty)
        {
            return;
        }

        nuint written;
        nuint length = (nuint)ciphertext.Length;
        fixed (byte* input = ciphertext)
        fixed (byte* output = plaintext)
        {
            LibCrypto.Check(_implementation.Update(_context.Pointer, output, &written, length, input, length));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Ends the message; false when the tag (16 bytes) does not fit the message.</summary>
    public bool TryFinish(ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, AesGcmEncryptor.TagLength);
        nuint written;
        int result;
        byte* nothing = stackalloc byte[AesGcmEncryptor.TagLength];
        OsslParam* parameters = stackalloc OsslParam[2];
        fixed (byte* pointer = tag)
        {
            nint context = _context.Pointer;
            OsslParam.WriteTag(parameters, pointer, AesGcmEncryptor.TagLength);
            LibCrypto.Check(_implementation.SetContextParameters(context, parameters));
            result = _implementation.Final(context, nothing, &written, AesGcmEncryptor.TagLength);
        }

        GC.KeepAlive(this);
        return result > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
