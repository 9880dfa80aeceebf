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

    private readonly CipherContextHandle _context = new();

    /// <param name="key">16 or 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesGcmEncryptor(ReadOnlySpan<byte> key)
    {
        nint cipher = CipherFor(key.Length);
        fixed (byte* keyPointer = key)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex(_context.Pointer, cipher, 0, keyPointer, null));
        }
    }

    /// <summary>Starts a message. The nonce (12 bytes) must never repeat under one key for another message.</summary>
    public void Begin(ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength);
        fixed (byte* noncePointer = nonce)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex(_context.Pointer, 0, 0, null, noncePointer));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Adds bytes that are authenticated and not encrypted; before the first <see cref="Update"/>.</summary>
    public void AddAuthenticatedData(ReadOnlySpan<byte> data)
    {
        int written;
        fixed (byte* pointer = data)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptUpdate(_context.Pointer, null, &written, pointer, data.Length));
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

        int written;
        fixed (byte* input = plaintext)
        fixed (byte* output = ciphertext)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptUpdate(_context.Pointer, output, &written, input, plaintext.Length));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Ends the message and writes its tag (16 bytes).</summary>
    public void Finish(Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tag.Length, TagLength);
        int written;
        byte* nothing = stackalloc byte[TagLength];
        fixed (byte* pointer = tag)
        {
            nint context = _context.Pointer;
            LibCrypto.Check(LibCrypto.EVP_EncryptFinal_ex(context, nothing, &written));
            LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_ctrl(context, LibCrypto.CtrlAeadGetTag, TagLength, pointer));
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    internal static nint CipherFor(int keyLength) => keyLength switch
    {
        16 => LibCrypto.EVP_aes_128_gcm(),
        32 => LibCrypto.EVP_aes_256_gcm(),
        _ => throw new ArgumentException("an AES-GCM key has 16 or 32 bytes", nameof(keyLength)),
    };
}
