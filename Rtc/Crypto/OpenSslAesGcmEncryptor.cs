using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rtc.Crypto;

/// <summary>AES-GCM encryption over one reused OpenSSL context: what is checked and pinned for a message is so once.</summary>
internal sealed unsafe class OpenSslAesGcmEncryptor : AesGcmEncryptor
{
    private readonly AeadImplementation _implementation;
    private readonly AeadContextHandle _context;

    /// <param name="key">16 or 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public OpenSslAesGcmEncryptor(ReadOnlySpan<byte> key)
    {
        _implementation = AeadImplementation.AesGcm(key.Length);
        _context = _implementation.CreateContext();
        fixed (byte* pointer = key)
        {
            LibCrypto.Check(_implementation.EncryptInit(_context.Pointer, pointer, (nuint)key.Length, null, 0, null));
        }
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Encrypt(
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
    public override void Dispose() => _context.Dispose();
}
