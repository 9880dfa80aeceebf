namespace Rtc.Crypto;

/// <summary>
/// AES-GCM decryption (NIST SP 800-38D) with one key over one reused OpenSSL context: <see cref="Begin"/>, authenticated
/// bytes, <see cref="Update"/>. What that writes is worth nothing before <see cref="TryFinish"/> says true.
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

    /// <summary>Starts a message under its nonce.</summary>
    public void Begin(AesGcmNonce nonce)
    {
        LibCrypto.Check(_implementation.DecryptInit(
            _context.Pointer, null, 0, (byte*)&nonce, AesGcmNonce.Length, null));
        GC.KeepAlive(this);
    }

    /// <summary>Adds bytes that are authenticated and not encrypted; before the first <see cref="Update"/>.</summary>
    public void AddAuthenticatedData(ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            _implementation.Process(_context.Pointer, null, pointer, data.Length);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Decrypts the next part; the output is as long as the input and either identical or disjoint.</summary>
    public void Update(ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(plaintext.Length, ciphertext.Length);
        fixed (byte* input = ciphertext)
        fixed (byte* output = plaintext)
        {
            _implementation.Process(_context.Pointer, output, input, ciphertext.Length);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Ends the message; false when the tag (16 bytes) does not fit the message.</summary>
    public bool TryFinish(ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, AesGcmEncryptor.TagLength);
        fixed (byte* pointer = tag)
        {
            bool fits = _implementation.TryFinish(_context.Pointer, pointer);
            GC.KeepAlive(this);
            return fits;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
