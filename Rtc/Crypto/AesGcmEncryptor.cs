using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtc.Crypto;

/// <summary>
/// AES-GCM encryption (NIST SP 800-38D) with one key over one reused OpenSSL context. A message is one call: what is
/// checked and pinned for it is so once. Nothing is allocated per message.
/// </summary>
public sealed unsafe class AesGcmEncryptor : IDisposable
{
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

    /// <summary>
    /// Encrypts a message whose first bytes stand where their ciphertext goes and whose rest stands elsewhere, and
    /// writes the tag behind it.
    /// </summary>
    /// <param name="nonce">Must never repeat under one key for another message.</param>
    /// <param name="authenticated">Bytes that are authenticated and not encrypted.</param>
    /// <param name="message">Plaintext, room for the rest's ciphertext, room for the tag; exactly that long.</param>
    /// <param name="plaintextLength">Bytes of plaintext in <paramref name="message"/>.</param>
    /// <param name="rest">
    /// The plaintext behind it; does not overlap <paramref name="message"/>, or stands exactly where its ciphertext
    /// goes.
    /// </param>
    [SkipLocalsInit]
    public void Encrypt(
        AesGcmNonce nonce,
        ReadOnlySpan<byte> authenticated,
        Span<byte> message,
        int plaintextLength,
        ReadOnlySpan<byte> rest)
    {
        if (plaintextLength < 0 || plaintextLength + rest.Length != message.Length - TagLength)
            ThrowLengths();

        AeadImplementation gcm = _implementation;
        nint context = _context.Pointer;
        fixed (byte* head = &MemoryMarshal.GetReference(authenticated))
        fixed (byte* output = &MemoryMarshal.GetReference(message))
        fixed (byte* input = &MemoryMarshal.GetReference(rest))
        {
            LibCrypto.Check(gcm.EncryptInit(context, null, 0, (byte*)&nonce, AesGcmNonce.Length, null));
            gcm.Process(context, null, head, authenticated.Length);
            gcm.Process(context, output, output, plaintextLength);
            gcm.Process(context, output + plaintextLength, input, rest.Length);
            gcm.FinishWithTag(context, output + message.Length - TagLength);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private static void ThrowLengths() =>
        throw new ArgumentException("the room is not as long as plaintext, rest and tag together");
}
