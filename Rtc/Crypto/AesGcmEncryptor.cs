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

    /// <summary>Encrypts a message and writes the tag behind it.</summary>
    /// <param name="nonce">Must never repeat under one key for another message.</param>
    /// <param name="authenticated">Bytes that are authenticated and not encrypted.</param>
    /// <param name="plaintext">Does not overlap the ciphertext, or stands exactly there.</param>
    /// <param name="ciphertext">Room for ciphertext and tag, exactly that long.</param>
    [SkipLocalsInit]
    public void Encrypt(
        AesGcmNonce nonce, ReadOnlySpan<byte> authenticated, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        if (ciphertext.Length - TagLength != plaintext.Length)
            ThrowLengths();

        AeadImplementation gcm = _implementation;
        nint context = _context.Pointer;
        fixed (byte* head = &MemoryMarshal.GetReference(authenticated))
        fixed (byte* input = &MemoryMarshal.GetReference(plaintext))
        fixed (byte* output = &MemoryMarshal.GetReference(ciphertext))
        {
            LibCrypto.Check(gcm.EncryptInit(context, null, 0, (byte*)&nonce, AesGcmNonce.Length, null));
            gcm.Process(context, null, head, authenticated.Length);
            gcm.Process(context, output, input, plaintext.Length);
            gcm.FinishWithTag(context, output + plaintext.Length);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private static void ThrowLengths() =>
        throw new ArgumentException("the room is not as long as plaintext and tag together");
}
