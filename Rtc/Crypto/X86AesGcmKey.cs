using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Rtc.Crypto;

/// <summary>
/// An AES-GCM key as the processor's instructions take it: powers of the hash key and round keys, side by side in memory
/// that begins with a cache line, because a packet reads them all. Wiped before it is freed, by Dispose or by the
/// finaliser.
/// </summary>
internal sealed unsafe class X86AesGcmKey : SafeHandle
{
    private const int CacheLine = 64;
    private const int Length = (Ghash.PowerCount + AesKeySchedule.MaxRoundKeys) * 16;

    /// <param name="key">16 or 32 bytes; not kept.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public X86AesGcmKey(ReadOnlySpan<byte> key) : base(0, ownsHandle: true)
    {
        if (key.Length is not (16 or 32))
            throw new ArgumentException("an AES-GCM key has 16 or 32 bytes", nameof(key));

        SetHandle((nint)NativeMemory.AlignedAlloc(Length, CacheLine));
        Rounds = AesKeySchedule.Write(key, RoundKeys);
        Ghash.WritePowers(EncryptBlock(Vector128<byte>.Zero), Powers);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>How many rounds a block takes.</summary>
    public int Rounds { get; }

    /// <summary>Powers of the hash key, the highest first. The caller holds this object alive.</summary>
    public Vector128<ulong>* Powers => (Vector128<ulong>*)handle;

    /// <summary>One more than rounds. The caller holds this object alive.</summary>
    public Vector128<byte>* RoundKeys => (Vector128<byte>*)handle + Ghash.PowerCount;

    /// <summary>Encrypts one block (FIPS 197).</summary>
    public Vector128<byte> EncryptBlock(Vector128<byte> block)
    {
        Vector128<byte>* roundKeys = RoundKeys;
        int rounds = Rounds;
        block ^= roundKeys[0];
        for (int round = 1; round < rounds; round++)
            block = Aes.Encrypt(block, roundKeys[round]);

        return Aes.EncryptLast(block, roundKeys[rounds]);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>((void*)handle, Length));
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
