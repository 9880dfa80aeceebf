using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rtc.Crypto;

/// <summary>
/// GHASH (NIST SP 800-38D, section 6.4) by carry-less multiplication, as Gueron and Kounavis describe it ("Intel
/// Carry-Less Multiplication Instruction and its Usage for Computing the GCM Mode", 2010): blocks have their bytes
/// reversed, powers of the hash key stand one bit to the left, so that a product needs no shift, and products are
/// added up before they are reduced together. Takes the same time whatever the bytes are.
/// </summary>
internal static unsafe class Ghash
{
    /// <summary>How many powers of the hash key are kept: so many blocks, less one, fit before the lengths.</summary>
    public const int PowerCount = 9;

    private const int BlockLength = 16;

    // x^128 + x^7 + x^2 + x + 1 in the reversed order of bits.
    private const ulong PolynomialHead = 0xC2UL << 56;
    private const ulong PolynomialTail = 1;

    /// <summary>Writes the powers of a hash key, the highest first.</summary>
    /// <param name="hashKey">The encrypted block of zeros.</param>
    /// <param name="powers">Room for <see cref="PowerCount"/>.</param>
    public static void WritePowers(Vector128<byte> hashKey, Vector128<ulong>* powers)
    {
        Vector128<ulong> block = Reverse(hashKey);
        ulong tail = block[0];
        ulong head = block[1];
        ulong carry = 0 - (head >> 63);
        Vector128<ulong> first = Vector128.Create(
            (tail << 1) ^ (carry & PolynomialTail), ((head << 1) | (tail >> 63)) ^ (carry & PolynomialHead));
        Vector128<ulong> power = first;
        for (int i = PowerCount - 1; i >= 0; i--)
        {
            powers[i] = power;
            Product product = default;
            product.Add(power, first);
            power = product.Reduce();
        }
    }

    /// <summary>Between a block as it stands in memory and what is multiplied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Reverse(Vector128<byte> block)
    {
        var last = Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        return Ssse3.Shuffle(block, last).AsUInt64();
    }

    /// <summary>A block in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Load(byte* block) => Reverse(Vector128.Load(block));

    /// <summary>Hashes bytes, filled up with zeros to whole blocks.</summary>
    /// <param name="powers">Those of the hash key.</param>
    /// <param name="hash">The hash of what was before.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="length">How many.</param>
    /// <returns>The hash of both.</returns>
    public static Vector128<ulong> Update(
        Vector128<ulong>* powers, Vector128<ulong> hash, byte* data, int length)
    {
        while (length > 0)
        {
            int left = Math.Min(length, PowerCount * BlockLength);
            length -= left;
            Vector128<ulong>* power = powers + PowerCount - ((uint)(left + BlockLength - 1) / BlockLength);
            Product sum = default;
            for (; left >= BlockLength; left -= BlockLength)
            {
                sum.Add(hash ^ Load(data), *power++);
                hash = default;
                data += BlockLength;
            }

            if (left > 0)
                sum.Add(hash ^ Reverse(LoadPart(data, left)), *power);

            hash = sum.Reduce();
        }

        return hash;
    }

    /// <summary>The first bytes of a block, followed by zeros; reads no others.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="length">1 to 15.</param>
    public static Vector128<byte> LoadPart(byte* data, int length)
    {
        ulong head;
        ulong tail = 0;
        if (length >= sizeof(ulong))
        {
            head = Unsafe.ReadUnaligned<ulong>(data);
            if (length > sizeof(ulong))
                tail = Unsafe.ReadUnaligned<ulong>(data + length - sizeof(ulong)) >> (8 * (BlockLength - length));
        }
        else if (length >= sizeof(uint))
        {
            ulong upper = Unsafe.ReadUnaligned<uint>(data + length - sizeof(uint));
            head = Unsafe.ReadUnaligned<uint>(data) | (upper << (8 * (length - sizeof(uint))));
        }
        else
        {
            head = data[0];
            if (length > 1)
                head |= (ulong)data[1] << 8;
            if (length > 2)
                head |= (ulong)data[2] << 16;
        }

        return Vector128.Create(head, tail).AsByte();
    }

    /// <summary>A sum of products that are not reduced yet: 256 bits, the middle of them apart.</summary>
    public struct Product
    {
        private Vector128<ulong> _low;
        private Vector128<ulong> _middle;
        private Vector128<ulong> _high;

        /// <summary>Adds a block times a power of the hash key.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector128<ulong> block, Vector128<ulong> power)
        {
            _low ^= Pclmulqdq.CarrylessMultiply(block, power, 0x00);
            _high ^= Pclmulqdq.CarrylessMultiply(block, power, 0x11);
            _middle ^= Pclmulqdq.CarrylessMultiply(block, power, 0x10);
            _middle ^= Pclmulqdq.CarrylessMultiply(block, power, 0x01);
        }

        /// <summary>The sum modulo the polynomial, 64 bits at a time.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector128<ulong> Reduce()
        {
            Vector128<ulong> low = _low ^ Sse2.ShiftLeftLogical128BitLane(_middle, sizeof(ulong));
            Vector128<ulong> high = _high ^ Sse2.ShiftRightLogical128BitLane(_middle, sizeof(ulong));
            return high ^ Fold(Fold(low));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ulong> Fold(Vector128<ulong> low)
        {
            var polynomial = Vector128.Create(PolynomialTail, PolynomialHead);
            return Sse2.Shuffle(low.AsInt32(), 0b01_00_11_10).AsUInt64() ^
                Pclmulqdq.CarrylessMultiply(low, polynomial, 0x10);
        }
    }
}
