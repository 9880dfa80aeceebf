namespace Rtc.Crypto;

/// <summary>
/// AES-GCM decryption (NIST SP 800-38D) with one key over one reused OpenSSL context, called in the order of
/// <see cref="AesGcmEncryptor"/>. What <see cref="Update"/> writes is worth nothing before <see cref="TryFinish"/>
/// says true.
/// </summary>
public sealed unsafe class AesGcmDecryptor : IDisposable
{
    private readonly CipherContextHandle _context = new();

    /// <param name="key">16 or 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesGcmDecryptor(ReadOnlySpan<byte> key)
    {
        nint cipher = AesGcmEncryptor.CipherFor(key.Length);
        fixed (byte* keyPointer = key)
        {
            LibCrypto.Check(LibCrypto.EVP_DecryptInit_ex(_context.Pointer, cipher, 0, keyPointer, null));
        }
    }

    /// <summary>Starts a message under its nonce (12 bytes).</summary>
    public void Begin(ReadOnlySpan<byte> nonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, AesGcmEncryptor.NonceLength);
        fixed (byte* noncePointer = nonce)
        {
            LibCrypto.Check(LibCrypto.EVP_DecryptInit_ex(_context.Pointer, 0, 0, null, noncePointer));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Adds bytes that are authenticated and not encrypted; before the first <see cref="Update"/>.</summary>
    public void AddAuthenticatedData(ReadOnlySpan<byte> data)
    {
        int written;
        fixed (byte* pointer = data)
        {
            LibCrypto.Check(LibCrypto.EVP_DecryptUpdate(_context.Pointer, null, &written, pointer, data.Length));
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

        int written;
        fixed (byte* input = ciphertext)
        fixed (byte* output = plaintext)
        {
            LibCrypto.Check(LibCrypto.EVP_DecryptUpdate(_context.Pointer, output, &written, input, ciphertext.Length));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Ends the message; false when the tag (16 bytes) does not fit the message.</summary>
    public bool TryFinish(ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, AesGcmEncryptor.TagLength);
        int written;
        int result;
        byte* nothing = stackalloc byte[AesGcmEncryptor.TagLength];
        fixed (byte* pointer = tag)
        {
            nint context = _context.Pointer;
            LibCrypto.Check(
                LibCrypto.EVP_CIPHER_CTX_ctrl(context, LibCrypto.CtrlAeadSetTag, AesGcmEncryptor.TagLength, pointer));
            result = LibCrypto.EVP_DecryptFinal_ex(context, nothing, &written);
        }

        GC.KeepAlive(this);
        return result > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
