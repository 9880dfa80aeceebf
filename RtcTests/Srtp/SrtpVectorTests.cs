using Rtc.Crypto;
using Rtc.Srtp;
using Xunit;

namespace RtcTests.Srtp;

/// <summary>RFC 3711 appendix B, RFC 6188 section 7, RFC 7714 sections 16 and 17.</summary>
public sealed class SrtpVectorTests
{
    private const string Rtp =
        "8040F17B8041F8D35501A0B247616C6C696120657374206F6D6E697320646976697361"
        + "20696E207061727465732074726573";

    private const string Rtcp =
        "81C8000D4D6172734E5450314E545032525450200000042A0000E9304C756E61DEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF";

    private const string Salt = "517569642070726F2071756F";
    private const string Key128 = "000102030405060708090A0B0C0D0E0F";
    private const string Key256 = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
    private const uint RtcpIndex = 0x5D4;

    [Fact]
    public void Keystream_of_Rfc3711_appendix_b2()
    {
        byte[] salt = Hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
        using var cipher = new AesCtrCipher(Hex("2B7E151628AED2A6ABF7158809CF4F3C"));
        byte[] block = new byte[AesCtrCipher.BlockLength];
        SrtpNonce.WriteCounterBlock(salt, ssrc: 0, index: 0, block);
        byte[] stream = new byte[0xff02 * AesCtrCipher.BlockLength];
        cipher.Begin(block);
        cipher.Update(stream, stream);

        Assert.Equal(
            "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
            Convert.ToHexString(stream, 0, 48));
        Assert.Equal(
            "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44",
            Convert.ToHexString(stream, 0xfeff * AesCtrCipher.BlockLength, 48));
    }

    [Theory]
    [InlineData(SrtpKeyDerivation.RtpEncryptionLabel, "C61E7A93744F39EE10734AFE3FF7A087")]
    [InlineData(SrtpKeyDerivation.RtpSaltLabel, "30CBBC08863D8C85D49DB34A9AE1")]
    [InlineData(
        SrtpKeyDerivation.RtpAuthenticationLabel,
        "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A36"
        + "9AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2DC68")]
    public void Key_derivation_of_Rfc3711_appendix_b3(byte label, string expected)
    {
        using SrtpKeyingMaterial master = Material(
            SrtpSuite.AesCm128HmacSha1Tag80, "E1F97A0D3E018BE0D64FA32C06DE4139" + "0EC675AD498AFEEBB6960B3AABE6");
        byte[] key = new byte[expected.Length / 2];
        SrtpKeyDerivation.Derive(master, label, key);
        Assert.Equal(expected, Convert.ToHexString(key));
    }

    /// <summary>
    /// The RFC's salt has 112 bits and no suite of ours does with a 256-bit key, so its derivation runs on the cipher.
    /// </summary>
    [Theory]
    [InlineData(0, "5BA1064E30EC51613CAD926C5A28EF731EC7FB397F70A960653CAF06554CD8C4")]
    [InlineData(1, "FD9C32D39ED5FBB5A9DC96B30818454D1313DC05")]
    [InlineData(2, "FA31791685CA444A9E07C6C64E93")]
    public void Key_derivation_of_Rfc6188(byte label, string expected)
    {
        byte[] block = new byte[AesCtrCipher.BlockLength];
        Hex("3B04803DE51EE7C96423AB5B78D2").CopyTo(block, 0);
        block[7] ^= label;
        using var cipher = new AesCtrCipher(Hex("F0F04914B513F2763A1B1FA130F10E2998F6F6E43E4309D1E622A0E332B9F1B6"));
        byte[] key = new byte[expected.Length / 2];
        cipher.Begin(block);
        cipher.Update(key, key);
        Assert.Equal(expected, Convert.ToHexString(key));
    }

    [Theory]
    [InlineData(
        SrtpSuite.AeadAes128Gcm,
        Key128,
        "8040F17B8041F8D35501A0B2F24DE3A3FB34DE6CACBA861C9D7E4BCABE633BD50D294E6F42A5F47A51C7D19B36DE3ADF8833"
        + "899D7F27BEB16A9152CF765EE4390CCE")]
    [InlineData(
        SrtpSuite.AeadAes256Gcm,
        Key256,
        "8040F17B8041F8D35501A0B232B1DE78A822FE12EF9F78FA332E33AAB18012389A58E2F3B50B2A0276FFAE0F1BA63799B87B"
        + "7AA3DB36DFFFD6B0F9BB7878D7A76C13")]
    public void Rtp_of_Rfc7714_section16(SrtpSuite suite, string key, string expected)
    {
        using SrtpSessionKeys keys = Keys(suite, key);
        byte[] plaintext = Hex(Rtp);
        byte[] packet = new byte[plaintext.Length + suite.RtpTagLength()];
        plaintext.AsSpan(0, SrtpHeader.RtpLength).CopyTo(packet);
        using var sender = new AeadSendTransform(keys);
        sender.ProtectRtp(packet, SrtpHeader.RtpLength, plaintext.AsSpan(SrtpHeader.RtpLength), 0xf17b);
        Assert.Equal(expected, Convert.ToHexString(packet));

        using var receiver = new AeadReceiveTransform(keys);
        Assert.True(receiver.TryUnprotectRtp(packet, SrtpHeader.RtpLength, 0xf17b));
        Assert.Equal(Rtp, Convert.ToHexString(packet, 0, plaintext.Length));
    }

    [Theory]
    [InlineData(
        SrtpSuite.AeadAes128Gcm,
        Key128,
        "81C8000D4D61727363E94885DCDAB67CA727D7662F6B7E997FF5C0F76C06F32DC676A5F1730D6FDA4CE09B4686303DED0BB9275B"
        + "C84AA45896CF4D2FC5ABF87245D9EADE800005D4")]
    [InlineData(
        SrtpSuite.AeadAes256Gcm,
        Key256,
        "81C8000D4D617273D50AE4D1F5CE5D304BA297E47D470C282C3ECE5DBFFE0A50A2EAA5C1110555BE8415F658C61DE0476F1B6FAD"
        + "1D1EB30C4446839F57FF6F6CB26AC3BE800005D4")]
    public void Rtcp_of_Rfc7714_section17(SrtpSuite suite, string key, string expected)
    {
        using SrtpSessionKeys keys = Keys(suite, key);
        byte[] plaintext = Hex(Rtcp);
        byte[] packet = new byte[plaintext.Length + suite.RtcpTagLength() + SrtpSendTransform.IndexLength];
        using var sender = new AeadSendTransform(keys);
        sender.ProtectRtcp(plaintext, packet, RtcpIndex);
        Assert.Equal(expected, Convert.ToHexString(packet));

        using var receiver = new AeadReceiveTransform(keys);
        Assert.True(receiver.TryUnprotectRtcp(packet, receiver.ReadRtcpIndexWord(packet)));
        Assert.Equal(Rtcp, Convert.ToHexString(packet, 0, plaintext.Length));
    }

    /// <summary>RFC 7714, section 17.2: authenticated only, E-flag clear.</summary>
    [Fact]
    public void Clear_rtcp_of_Rfc7714_section17()
    {
        using SrtpSessionKeys keys = Keys(SrtpSuite.AeadAes128Gcm, Key128);
        byte[] packet = Hex(Rtcp + "841DD9683DD78EC92AE58790125F62B3" + "000005D4");
        using var receiver = new AeadReceiveTransform(keys);
        Assert.True(receiver.TryUnprotectRtcp(packet, receiver.ReadRtcpIndexWord(packet)));
        Assert.Equal(Rtcp, Convert.ToHexString(packet, 0, Rtcp.Length / 2));
    }

    private static SrtpSessionKeys Keys(SrtpSuite suite, string key)
    {
        var keys = new SrtpSessionKeys(suite);
        Hex(key).CopyTo(keys.RtpKey, 0);
        Hex(key).CopyTo(keys.RtcpKey, 0);
        Hex(Salt).CopyTo(keys.RtpSalt, 0);
        Hex(Salt).CopyTo(keys.RtcpSalt, 0);
        return keys;
    }

    private static SrtpKeyingMaterial Material(SrtpSuite suite, string keyAndSalt)
    {
        Assert.True(SrtpKeyingMaterial.TryCreate(suite, Hex(keyAndSalt), out SrtpKeyingMaterial? material));
        return material;
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
