using Rtc.Crypto;
using Rtc.Srtp;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Srtp;

public sealed class SrtpHostileInputTests
{
    public static TheoryData<SrtpSuite> Suites => SrtpPair.Suites;

    [Theory]
    [MemberData(nameof(Suites))]
    public void Every_truncation_is_dropped(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        byte[] packet = pair.ProtectRtp(5);
        byte[] compound = pair.ProtectRtcp(SrtpPair.Compound(28, 1));
        for (int length = 0; length < packet.Length; length++)
        {
            Assert.NotEqual(SrtpError.None, pair.Receive(packet[..length]));
        }

        for (int length = 0; length < compound.Length; length++)
        {
            Assert.NotEqual(SrtpError.None, pair.ReceiveRtcp(compound[..length]));
        }

        AssertUntouched(pair, packet, compound);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Every_flipped_bit_fails_and_moves_no_state(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        Assert.Equal(SrtpError.None, pair.Receive(pair.ProtectRtp(65_530)));
        byte[] packet = pair.ProtectRtp(65_535);
        byte[] afterRollover = pair.ProtectRtp(2);
        byte[] compound = pair.ProtectRtcp(SrtpPair.Compound(28, 1));
        foreach (byte[] changed in Flipped(packet))
        {
            Assert.NotEqual(SrtpError.None, pair.Receive(changed));
        }

        foreach (byte[] changed in Flipped(compound))
        {
            Assert.NotEqual(SrtpError.None, pair.ReceiveRtcp(changed));
        }

        Assert.Equal(1, pair.Receiver.StreamCount);
        Assert.Equal(SrtpError.None, pair.Receive(afterRollover));
        Assert.Equal(SrtpError.None, pair.Receive(packet));
        Assert.Equal(SrtpError.None, pair.ReceiveRtcp(compound));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_flood_of_forged_streams_makes_no_state(SrtpSuite suite)
    {
        using var pair = new SrtpPair(suite);
        byte[] packet = new byte[200];
        var random = new Random(2);
        for (int i = 0; i < 5_000; i++)
        {
            random.NextBytes(packet);
            packet[0] = 0x80;
            Assert.False(pair.Receiver.TryUnprotectRtp(packet, out int length));
            Assert.Equal(0, length);
            random.NextBytes(packet);
            packet[0] = 0x80;
            Assert.False(pair.Receiver.TryUnprotectRtcp(packet, out _));
        }

        Assert.Equal(0, pair.Receiver.StreamCount);
        Assert.Equal(10_000, pair.Receiver.Counters.AuthenticationFailed);
    }

    [Fact]
    public void Another_key_fails()
    {
        using var pair = new SrtpPair(SrtpSuite.AeadAes128Gcm, seed: 1);
        using var stranger = new SrtpPair(SrtpSuite.AeadAes128Gcm, seed: 2);
        Assert.Equal(SrtpError.AuthenticationFailed, pair.Receive(stranger.ProtectRtp(1)));
        Assert.Equal(SrtpError.AuthenticationFailed, pair.ReceiveRtcp(stranger.ProtectRtcp(SrtpPair.Compound(8, 1))));
    }

    [Fact]
    public void Mutated_packets_are_refused_by_every_suite()
    {
        var random = new Random(77);
        using var pair = new SrtpPair(SrtpSuite.AeadAes128Gcm);
        byte[][] seeds = [pair.ProtectRtp(1), pair.ProtectRtcp(SrtpPair.Compound(40, 1)), SrtpPair.Compound(28, 1)];
        Exception? thrown = Record.Exception(() =>
        {
            for (int i = 0; i < 3_000; i++)
            {
                byte[] input = [.. seeds[random.Next(seeds.Length)]];
                for (int change = random.Next(4); change >= 0; change--)
                {
                    input[random.Next(input.Length)] = (byte)random.Next(256);
                }

                SrtpFuzz.Fuzz(input.AsSpan(0, random.Next(input.Length + 1)));
            }
        });
        Assert.Null(thrown);
    }

    private static IEnumerable<byte[]> Flipped(byte[] packet)
    {
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            byte[] changed = [.. packet];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return changed;
        }
    }

    private static void AssertUntouched(SrtpPair pair, byte[] packet, byte[] compound)
    {
        Assert.Equal(0, pair.Receiver.StreamCount);
        Assert.Equal(SrtpError.None, pair.Receive(packet));
        Assert.Equal(SrtpError.None, pair.ReceiveRtcp(compound));
    }
}
