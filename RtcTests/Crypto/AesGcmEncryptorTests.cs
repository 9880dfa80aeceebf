using System.Security.Cryptography;
using Rtc.Crypto;
using Xunit;

namespace RtcTests.Crypto;

/// <summary>Each kind of encryptor that this machine can run, beside vectors, the platform and OpenSSL.</summary>
public sealed class AesGcmEncryptorTests
{
    // What may not be touched stands around the room.
    private const byte Guard = 0xA5;
    private const int GuardLength = 48;

    private const string Key128 = "feffe9928665731c6d6a8f9467308308";
    private const string Nonce = "cafebabefacedbaddecaf888";
    private const string Header = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    private const string Words =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";

    /// <summary>The kinds.</summary>
    public enum Kind
    {
        /// <summary>With the processor's instructions.</summary>
        X86,

        /// <summary>By OpenSSL.</summary>
        OpenSsl,
    }

    [Fact]
    public void Takes_the_instructions_where_the_processor_has_them()
    {
        using AesGcmEncryptor encryptor = AesGcmEncryptor.Create(new byte[16]);
        bool hasThem = System.Runtime.Intrinsics.X86.Aes.IsSupported
            && System.Runtime.Intrinsics.X86.Pclmulqdq.IsSupported;
        Assert.Equal(hasThem, encryptor is X86AesGcmEncryptor);
    }

    // Test cases 1 to 4 and 13 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B.
    [Theory]
    [MemberData(nameof(Vectors))]
    public void Makes_what_the_authors_of_GCM_say(
        Kind kind, string key, string nonce, string header, string plaintext, string ciphertext, string tag)
    {
        using AesGcmEncryptor encryptor = Create(kind, Convert.FromHexString(key));
        byte[] room = new byte[(plaintext.Length / 2) + AesGcmEncryptor.TagLength];
        encryptor.Encrypt(
            new AesGcmNonce(Convert.FromHexString(nonce)), Convert.FromHexString(header),
            Convert.FromHexString(plaintext), room);
        Assert.Equal(ciphertext + tag, Convert.ToHexStringLower(room));
    }

    [Theory]
    [MemberData(nameof(KindsAndKeys))]
    public void Agrees_with_the_platform_at_every_length_in_place_and_elsewhere(Kind kind, int keyLength)
    {
        var random = new Random(keyLength);
        byte[] key = Bytes(random, keyLength);
        using AesGcmEncryptor encryptor = Create(kind, key);
        using var oracle = new AesGcm(key, AesGcmEncryptor.TagLength);
        for (int length = 0; length < 700; length++)
            Compare(encryptor, oracle, random, random.Next(40), length);
        for (int header = 0; header < 300; header++)
            Compare(encryptor, oracle, random, header, random.Next(40));

        // The number of the counter carries into its second byte, once and twice.
        for (int length = 3_950; length < 4_250; length++)
            Compare(encryptor, oracle, random, random.Next(40), length);
        foreach (int length in new[] { 1_068, 8_100, 8_192, 8_300, 1_199, 1_472, 65_507, 200_000 })
            Compare(encryptor, oracle, random, random.Next(40), length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Takes_bytes_that_are_all_ones(Kind kind)
    {
        byte[] key = new byte[16];
        for (int first = 0; first < 256; first++)
        {
            // Hash keys with and without their highest bit.
            key[0] = (byte)first;
            using AesGcmEncryptor encryptor = Create(kind, key);
            using var oracle = new AesGcm(key, AesGcmEncryptor.TagLength);
            byte[] ones = new byte[400];
            Array.Fill(ones, byte.MaxValue);
            Compare(encryptor, oracle, ones.AsSpan(0, AesGcmNonce.Length), ones.AsSpan(0, 33), ones);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Refuses_keys_of_other_lengths(Kind kind)
    {
        foreach (int length in new[] { 0, 15, 17, 24, 31, 33 })
            Assert.Throws<ArgumentException>(() => Create(kind, new byte[length]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Cannot_be_used_after_dispose(Kind kind)
    {
        AesGcmEncryptor encryptor = Create(kind, new byte[16]);
        encryptor.Dispose();
        encryptor.Dispose();
        Assert.Throws<ObjectDisposedException>(
            () => encryptor.Encrypt(default, default, default, new byte[AesGcmEncryptor.TagLength]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Refuses_room_of_another_length(Kind kind)
    {
        using AesGcmEncryptor encryptor = Create(kind, new byte[16]);
        foreach (int length in new[] { 0, 3, 5 })
        {
            byte[] room = new byte[4 + AesGcmEncryptor.TagLength];
            Assert.Throws<ArgumentException>(
                () => encryptor.Encrypt(default, default, new byte[length], room));
            Assert.Equal(new byte[room.Length], room);
        }

        Assert.Throws<ArgumentException>(() => encryptor.Encrypt(default, default, default, default));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nonce_is_combined_as_a_number_of_96_bits(Kind kind)
    {
        using AesGcmEncryptor encryptor = Create(kind, new byte[16]);
        byte[] one = new byte[AesGcmEncryptor.TagLength];
        byte[] other = new byte[AesGcmEncryptor.TagLength];
        encryptor.Encrypt(new AesGcmNonce([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]), default, default, one);
        encryptor.Encrypt(default(AesGcmNonce).Xor(0x0102030405060708, 0x090a0b0c), default, default, other);
        Assert.Equal(one, other);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AesGcmNonce(new byte[11]));
    }

    public static TheoryData<Kind> Kinds()
    {
        TheoryData<Kind> kinds = new(Kind.OpenSsl);
        if (X86AesGcmEncryptor.IsSupported)
            kinds.Add(Kind.X86);
        return kinds;
    }

    public static TheoryData<Kind, int> KindsAndKeys()
    {
        TheoryData<Kind, int> data = [];
        foreach (Kind kind in Each())
        {
            data.Add(kind, 16);
            data.Add(kind, 32);
        }

        return data;
    }

    public static TheoryData<Kind, string, string, string, string, string, string> Vectors()
    {
        TheoryData<Kind, string, string, string, string, string, string> data = [];
        string zeros = new('0', 32);
        foreach (Kind kind in Each())
        {
            data.Add(kind, zeros, zeros[..24], "", "", "", "58e2fccefa7e3061367f1d57a4e7455a");
            data.Add(
                kind, zeros, zeros[..24], "", zeros, "0388dace60b6a392f328c2b971b2fe78",
                "ab6e47d42cec13bdf53a67b21257bddf");
            const string whole =
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" +
                "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985";
            data.Add(kind, Key128, Nonce, "", Words, whole, "4d5c2af327cd64a62cf35abd2ba6fab4");
            data.Add(kind, Key128, Nonce, Header, Words[..120], whole[..120], "5bc94fbc3221a5db94fae95ae7121a47");

            data.Add(kind, zeros + zeros, zeros[..24], "", "", "", "530f8afbc74536b9a963b4f1c4cb738b");
            data.Add(
                kind, zeros + zeros, zeros[..24], "", zeros, "cea7403d4d606b6e074ec5d3baf39d18",
                "d0d1c8a799996bf0265b98b5d48ab919");
            const string whole256 =
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
                "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
            data.Add(kind, Key128 + Key128, Nonce, "", Words, whole256, "b094dac5d93471bdec1a502270e3cc6c");
            data.Add(
                kind, Key128 + Key128, Nonce, Header, Words[..120], whole256[..120],
                "76fc6ece0f4e1768cddf8853bb2d551b");
        }

        return data;
    }

    private static IEnumerable<Kind> Each() =>
        X86AesGcmEncryptor.IsSupported ? [Kind.X86, Kind.OpenSsl] : [Kind.OpenSsl];

    private static AesGcmEncryptor Create(Kind kind, byte[] key) =>
        kind == Kind.X86 ? new X86AesGcmEncryptor(key) : new OpenSslAesGcmEncryptor(key);

    private static void Compare(AesGcmEncryptor encryptor, AesGcm oracle, Random random, int header, int length) =>
        Compare(encryptor, oracle, Bytes(random, AesGcmNonce.Length), Bytes(random, header), Bytes(random, length));

    private static void Compare(
        AesGcmEncryptor encryptor, AesGcm oracle, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header, byte[] plaintext)
    {
        byte[] expected = new byte[plaintext.Length + AesGcmEncryptor.TagLength];
        oracle.Encrypt(
            nonce, plaintext, expected.AsSpan(0, plaintext.Length), expected.AsSpan(plaintext.Length), header);

        byte[] memory = new byte[expected.Length + (2 * GuardLength)];
        Span<byte> room = memory.AsSpan(GuardLength, expected.Length);
        Array.Fill(memory, Guard);
        encryptor.Encrypt(new AesGcmNonce(nonce), header, plaintext, room);
        AssertGuarded(expected, memory);

        Array.Fill(memory, Guard);
        plaintext.CopyTo(room);
        encryptor.Encrypt(new AesGcmNonce(nonce), header, room[..plaintext.Length], room);
        AssertGuarded(expected, memory);
    }

    private static void AssertGuarded(byte[] expected, byte[] memory)
    {
        Assert.True(memory.AsSpan(GuardLength, expected.Length).SequenceEqual(expected), $"{expected.Length} bytes");
        Assert.Equal(-1, memory.AsSpan(0, GuardLength).IndexOfAnyExcept(Guard));
        Assert.Equal(-1, memory.AsSpan(GuardLength + expected.Length).IndexOfAnyExcept(Guard));
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
