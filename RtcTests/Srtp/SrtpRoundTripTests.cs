using System.Buffers.Binary;
using System.Security.Cryptography;
using Rtc.Crypto;
using Rtc.Srtp;
using Xunit;

namespace RtcTests.Srtp;

public sealed class SrtpRoundTripTests
{
    public static TheoryData<SrtpSuite> Suites => SrtpPair.Suites;

    [Theory]
    [MemberData(nameof(Suites))]
    public void Rtp_of_any_size_and_header_comes_back(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        var random = new Random((int)suite);
        for (int i = 0; i < 500; i++)
        {
            byte[] header = RandomHeader(random, (ushort)i);
            byte[] payload = new byte[random.Next(1400)];
            random.NextBytes(payload);

            byte[] packet = pair.ProtectRtp(header, payload);
            Assert.Equal(header.Length + payload.Length + suite.RtpTagLength(), packet.Length);
            Assert.True(payload.Length < 16 || packet.AsSpan().IndexOf(payload) < 0);
            Assert.True(pair.Receiver.TryUnprotectRtp(packet, out int length));
            Assert.Equal([.. header, .. payload], packet[..length]);
        }

        Assert.Equal(500, pair.Sender.Counters.RtpPackets);
        Assert.Equal(500, pair.Receiver.Counters.RtpPackets);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Rtcp_of_any_size_comes_back(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        for (int length = 8; length < 300; length += 4)
        {
            byte[] compound = SrtpPair.Compound(length, ssrc: 5);
            byte[] packet = pair.ProtectRtcp(compound);
            Assert.Equal(length + 4 + suite.RtcpTagLength(), packet.Length);
            Assert.True(pair.Receiver.TryUnprotectRtcp(packet, out int plain));
            Assert.Equal(compound, packet[..plain]);
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Encrypting_in_place_gives_the_same_bytes(SrtpSuite suite)
    {
        using var one = new SrtpPair(suite);
        using var other = new SrtpPair(suite);
        byte[] header = SrtpPair.Header(1, 1);
        byte[] payload = new byte[100];
        new Random(1).NextBytes(payload);
        byte[] expected = one.ProtectRtp(header, payload);
        byte[] room = [.. header, .. payload, .. new byte[SrtpSender.MaxRtpOverhead]];
        Assert.True(other.Sender.TryProtectRtp(room, 12, room.AsSpan(12, 100), out int length));
        Assert.Equal(expected, room[..length]);
    }

    /// <summary>The whole of AES-CM and HMAC once more, out of the platform's primitives.</summary>
    [Theory]
    [InlineData(SrtpSuite.AesCm128HmacSha1Tag80)]
    [InlineData(SrtpSuite.AesCm128HmacSha1Tag32)]
    public void Counter_mode_agrees_with_the_platform(SrtpSuite suite)
    {
        byte[] keyAndSalt = new byte[30];
        new Random(9).NextBytes(keyAndSalt);
        Assert.True(SrtpKeyingMaterial.TryCreate(suite, keyAndSalt, out SrtpKeyingMaterial? material));
        using SrtpSessionKeys keys = SrtpSessionKeys.Derive(material);
        using var sender = new SrtpSender(material);
        byte[] payload = new byte[77];
        new Random(10).NextBytes(payload);
        for (int i = 0; i < 3; i++)
        {
            ushort sequenceNumber = (ushort)(65_534 + i);
            byte[] header = SrtpPair.Header(sequenceNumber, 0xcafebabe);
            byte[] room = [.. header, .. new byte[payload.Length + SrtpSender.MaxRtpOverhead]];
            Assert.True(sender.TryProtectRtp(room, 12, payload, out int length));

            byte[] iv = new byte[16];
            keys.RtpSalt.CopyTo(iv, 0);
            uint ssrcWord = BinaryPrimitives.ReadUInt32BigEndian(iv.AsSpan(4)) ^ 0xcafebabe;
            BinaryPrimitives.WriteUInt32BigEndian(iv.AsSpan(4), ssrcWord);
            ulong index = (ulong)(65_534 + i);
            ulong indexWord = BinaryPrimitives.ReadUInt64BigEndian(iv.AsSpan(6)) ^ index;
            BinaryPrimitives.WriteUInt64BigEndian(iv.AsSpan(6), indexWord);
            byte[] expected = [.. header, .. Counter(keys.RtpKey, iv, payload)];
            byte[] rollover = [0, 0, 0, (byte)(index >> 16)];
            byte[] code = HMACSHA1.HashData(keys.RtpAuthenticationKey, expected.Concat(rollover).ToArray());
            Assert.Equal([.. expected, .. code[..suite.RtpTagLength()]], room[..length]);
        }
    }

    [Fact]
    public void Keying_material_has_the_exact_length_of_its_suite()
    {
        int[] lengths = [44, 28, 30, 30];
        foreach (SrtpSuite suite in Enum.GetValues<SrtpSuite>())
        {
            for (int length = 0; length < 60; length++)
            {
                bool isCreated = SrtpKeyingMaterial.TryCreate(suite, new byte[length], out _);
                Assert.Equal(length == lengths[(int)suite], isCreated);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Refuses_what_does_not_fit(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        int needed = 12 + 10 + suite.RtpTagLength();
        for (int length = 0; length < needed; length++)
        {
            byte[] room = new byte[length];
            Assert.False(pair.Sender.TryProtectRtp(room, 12, new byte[10], out int written));
            Assert.Equal(0, written);
        }

        Assert.Equal(needed, pair.Sender.Counters.NoRoom);
        Assert.False(pair.Sender.TryProtectRtp(new byte[100], 11, default, out _));
        Assert.False(pair.Sender.TryProtectRtcp(new byte[7], new byte[100], out _));
        Assert.False(pair.Sender.TryProtectRtcp(new byte[8], new byte[100], out _));
        Assert.False(pair.Sender.TryProtectRtcp(SrtpPair.Compound(8, 1), new byte[11 + suite.RtcpTagLength()], out _));
        Assert.Equal(0, pair.Sender.StreamCount);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Allocates_nothing_in_steady_state(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        byte[] header = SrtpPair.Header(0, 1);
        byte[] payload = new byte[1100];
        byte[] room = new byte[1500];
        byte[] compound = SrtpPair.Compound(60, 1);
        RunMany(pair, header, payload, room, compound, 0, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunMany(pair, header, payload, room, compound, 100, 500);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(500, pair.Receiver.Counters.RtpPackets);
        Assert.Equal(500, pair.Receiver.Counters.RtcpPackets);
    }

    private static void RunMany(
        SrtpPair pair, byte[] header, byte[] payload, byte[] room, byte[] compound, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            header.CopyTo(room, 0);
            BinaryPrimitives.WriteUInt16BigEndian(room.AsSpan(2), (ushort)i);
            pair.Sender.TryProtectRtp(room, 12, payload, out int length);
            pair.Receiver.TryUnprotectRtp(room.AsSpan(0, length), out _);
            pair.Sender.TryProtectRtcp(compound, room, out length);
            pair.Receiver.TryUnprotectRtcp(room.AsSpan(0, length), out _);
        }
    }

    private static byte[] RandomHeader(Random random, ushort sequenceNumber)
    {
        byte[] fixedPart = SrtpPair.Header(sequenceNumber, 0x11223344);
        int sources = random.Next(16);
        bool hasExtension = random.Next(2) == 1;
        int extensionWords = random.Next(10);
        fixedPart[0] |= (byte)(sources | (hasExtension ? 0x10 : 0));
        byte[] rest = new byte[(sources * 4) + (hasExtension ? 4 + (extensionWords * 4) : 0)];
        random.NextBytes(rest);
        if (hasExtension)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest.AsSpan((sources * 4) + 2), (ushort)extensionWords);
        }

        return [.. fixedPart, .. rest];
    }

    private static byte[] Counter(byte[] key, byte[] iv, byte[] data)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        byte[] result = new byte[data.Length];
        byte[] block = [.. iv];
        for (int i = 0; i < data.Length; i++)
        {
            if (i % 16 == 0)
            {
                BinaryPrimitives.WriteUInt16BigEndian(block.AsSpan(14), (ushort)(i / 16));
            }

            result[i] = (byte)(data[i] ^ aes.EncryptEcb(block, PaddingMode.None)[i % 16]);
        }

        return result;
    }
}
