namespace Rtc.Crypto;

/// <summary>
/// AES in counter mode (NIST SP 800-38A) with one key over one reused OpenSSL context; encryption and decryption are
/// the same. RFC 3711, section 4.1.1, calls it AES-CM. Nothing is allocated per message.
/// </summary>
public sealed unsafe class AesCtrCipher : IDisposable
{
    /// <summary>Length in bytes of the first counter block.</summary>
    public const int BlockLength = 16;

    private readonly CipherContextHandle _context = new();

    /// <param name="key">16 or 32 bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesCtrCipher(ReadOnlySpan<byte> key)
    {
        nint cipher = key.Length switch
        {
            16 => LibCrypto.EVP_aes_128_ctr(),
            32 => LibCrypto.EVP_aes_256_ctr(),
            _ => throw new ArgumentException("an AES-CTR key has 16 or 32 bytes", nameof(key)),
        };
        fixed (byte* keyPointer = key)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex(_context.Pointer, cipher, 0, keyPointer, null));
        }
    }

    /// <summary>Starts a message at a counter block (16 bytes).</summary>
    public void Begin(ReadOnlySpan<byte> counterBlock)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counterBlock.Length, BlockLength);
        fixed (byte* pointer = counterBlock)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptInit_ex(_context.Pointer, 0, 0, null, pointer));
        }

        GC.KeepAlive(this);
    }

    /// <summary>Transforms the next part; the output is as long as the input, and identical or disjoint.</summary>
    public void Update(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, source.Length);
        if (source.IsEmpty)
        {
            return;
        }

        int written;
        fixed (byte* input = source)
        fixed (byte* output = destination)
        {
            LibCrypto.Check(LibCrypto.EVP_EncryptUpdate(_context.Pointer, output, &written, input, source.Length));
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
