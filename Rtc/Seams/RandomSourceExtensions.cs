using System.Buffers.Binary;

namespace Rtc.Seams;

/// <summary>The few shapes of random value that the core asks for.</summary>
public static class RandomSourceExtensions
{
    /// <summary>A uniformly distributed 32-bit value.</summary>
    public static uint NextUInt32(this IRandomSource source)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        source.Fill(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>A value from <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    public static uint NextBetween(this IRandomSource source, uint min, uint max)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(min, max);
        ulong span = (ulong)max - min + 1;
        return min + (uint)((source.NextUInt32() * span) >> 32);
    }

    /// <summary>A string of <paramref name="length"/> characters out of 0-9a-z, as ICE credentials want it.</summary>
    public static string NextAlphanumeric(this IRandomSource source, int length)
    {
        const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
        Span<char> text = length <= 256 ? stackalloc char[length] : new char[length];
        for (int i = 0; i < text.Length; i++)
            text[i] = Alphabet[(int)source.NextBetween(0, (uint)Alphabet.Length - 1)];

        return new string(text);
    }
}
