namespace Rtc.Crypto;

/// <summary>
/// AES-GCM encryption (NIST SP 800-38D) with one key. A message is one call and allocates nothing. With the processor's
/// own instructions where it has them, by OpenSSL elsewhere.
/// </summary>
public abstract class AesGcmEncryptor : IDisposable
{
    /// <summary>Tag length in bytes.</summary>
    public const int TagLength = 16;

    private protected AesGcmEncryptor()
    {
    }

    /// <summary>An encryptor of the kind that is fastest here.</summary>
    /// <param name="key">16 or 32 bytes; not kept.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public static AesGcmEncryptor Create(ReadOnlySpan<byte> key) =>
        X86AesGcmEncryptor.IsSupported ? new X86AesGcmEncryptor(key) : new OpenSslAesGcmEncryptor(key);

    /// <summary>Encrypts a message and writes the tag behind it.</summary>
    /// <param name="nonce">Must never repeat under one key for another message.</param>
    /// <param name="authenticated">Bytes that are authenticated and not encrypted.</param>
    /// <param name="plaintext">Does not overlap the ciphertext, or stands exactly there.</param>
    /// <param name="ciphertext">Room for ciphertext and tag, exactly that long.</param>
    /// <exception cref="ArgumentException">The room has another length.</exception>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public abstract void Encrypt(
        AesGcmNonce nonce, ReadOnlySpan<byte> authenticated, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext);

    /// <inheritdoc/>
    public abstract void Dispose();

    private protected static void ThrowLengths() =>
        throw new ArgumentException("the room is not as long as plaintext and tag together");
}
