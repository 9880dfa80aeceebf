using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rtc.Crypto;

/// <summary>The round keys of AES (FIPS 197, section 5.2), made with the processor's instructions.</summary>
internal static unsafe class AesKeySchedule
{
    /// <summary>Most round keys that a key has: 14 rounds and the one before the first.</summary>
    public const int MaxRoundKeys = 15;

    private const int Rounds128 = 10;
    private const int Rounds256 = 14;

    /// <summary>Writes the round keys.</summary>
    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="roundKeys">Room for <see cref="MaxRoundKeys"/>.</param>
    /// <returns>How many rounds there are: one less than keys.</returns>
    public static int Write(ReadOnlySpan<byte> key, Vector128<byte>* roundKeys)
    {
        roundKeys[0] = Vector128.Create(key);
        if (key.Length == Vector128<byte>.Count)
        {
            for (int i = 1; i <= Rounds128; i++)
                roundKeys[i] = Spread(roundKeys[i - 1]) ^ FourthWord(Assist(roundKeys[i - 1], i));
            return Rounds128;
        }

        // Every other one goes through the S-box without rotation and round constant: the third word, not the fourth.
        roundKeys[1] = Vector128.Create(key[Vector128<byte>.Count..]);
        for (int i = 2; i <= Rounds256; i++)
        {
            Vector128<byte> word = i % 2 == 0
                ? FourthWord(Assist(roundKeys[i - 1], i / 2))
                : ThirdWord(Aes.KeygenAssist(roundKeys[i - 1], 0));
            roundKeys[i] = Spread(roundKeys[i - 2]) ^ word;
        }

        return Rounds256;
    }

    /// <summary>Each word XOR all words before it.</summary>
    private static Vector128<byte> Spread(Vector128<byte> key)
    {
        key ^= Sse2.ShiftLeftLogical128BitLane(key, sizeof(uint));
        return key ^ Sse2.ShiftLeftLogical128BitLane(key, 2 * sizeof(uint));
    }

    private static Vector128<byte> FourthWord(Vector128<byte> assisted) =>
        Sse2.Shuffle(assisted.AsInt32(), 0b11_11_11_11).AsByte();

    private static Vector128<byte> ThirdWord(Vector128<byte> assisted) =>
        Sse2.Shuffle(assisted.AsInt32(), 0b10_10_10_10).AsByte();

    // The round constant is part of the instruction.
    private static Vector128<byte> Assist(Vector128<byte> key, int number) => number switch
    {
        1 => Aes.KeygenAssist(key, 0x01),
        2 => Aes.KeygenAssist(key, 0x02),
        3 => Aes.KeygenAssist(key, 0x04),
        4 => Aes.KeygenAssist(key, 0x08),
        5 => Aes.KeygenAssist(key, 0x10),
        6 => Aes.KeygenAssist(key, 0x20),
        7 => Aes.KeygenAssist(key, 0x40),
        8 => Aes.KeygenAssist(key, 0x80),
        9 => Aes.KeygenAssist(key, 0x1B),
        _ => Aes.KeygenAssist(key, 0x36),
    };
}
