using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rtc.Crypto;

/// <summary>The nonce of an AES-GCM message: 96 bits (NIST SP 800-38D, section 5.2.1.1).</summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(uint))]
public readonly struct AesGcmNonce
{
    /// <summary>Length in bytes.</summary>
    public const int Length = sizeof(ulong) + sizeof(uint);

    // As they stand in memory, most significant byte first.
    private readonly ulong _head;
    private readonly uint _tail;

    /// <param name="bytes">12 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer bytes.</exception>
    public AesGcmNonce(ReadOnlySpan<byte> bytes)
    {
        _head = MemoryMarshal.Read<ulong>(bytes);
        _tail = MemoryMarshal.Read<uint>(bytes[sizeof(ulong)..]);
    }

    private AesGcmNonce(ulong head, uint tail)
    {
        _head = head;
        _tail = tail;
    }

    /// <summary>This XOR a number of 96 bits.</summary>
    /// <param name="head">Its first 64 bits.</param>
    /// <param name="tail">Its last 32 bits.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public AesGcmNonce Xor(ulong head, uint tail) => BitConverter.IsLittleEndian
        ? new(_head ^ BinaryPrimitives.ReverseEndianness(head), _tail ^ BinaryPrimitives.ReverseEndianness(tail))
        : new(_head ^ head, _tail ^ tail);

    /// <summary>The nonce as it stands in memory, and behind it a number as this processor keeps one.</summary>
    internal Vector128<uint> WithNumber(uint number) => Vector128.Create(_head, _tail | ((ulong)number << 32)).AsUInt32();
}
