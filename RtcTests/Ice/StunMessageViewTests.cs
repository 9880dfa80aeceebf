using System.Buffers.Binary;
using System.Text;
using Rtc.Crypto;
using Rtc.Ice;
using Rtc.Seams;
using RtcTests.Fuzz;
using Xunit;

namespace RtcTests.Ice;

public sealed class StunMessageViewTests
{
    private const string Rfc5769Password = "VOkJxbRl1RmTxUk/WvJxBt";

    // RFC 5769 section 2.1.
    private const string Rfc5769Request =
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff" +
        "80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249" +
        "c1b571a280280004e57a3bcf";

    // RFC 5769 section 2.2.
    private const string Rfc5769ResponseIPv4 =
        "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643" +
        "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";

    // RFC 5769 section 2.3.
    private const string Rfc5769ResponseIPv6 =
        "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9fa" +
        "a5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";

    [Fact]
    public void ReadsTheRequestOfRfc5769()
    {
        byte[] bytes = Convert.FromHexString(Rfc5769Request);

        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.Equal(StunClass.Request, message.Class);
        Assert.Equal(StunMethod.Binding, message.Method);
        Assert.Equal("B7E7A701BC34D686FA87DFAE", Convert.ToHexString(message.TransactionId));
        Assert.Equal("evtj:h6vY", Encoding.UTF8.GetString(message.Username));
        Assert.Equal("evtj", Encoding.UTF8.GetString(message.ReceiverUsernameFragment));
        Assert.Equal(0x6E0001FFu, message.Priority);
        Assert.Equal(0x932FF9B151263B36UL, message.IceControlled);
        Assert.Equal(0UL, message.IceControlling);
        Assert.False(message.HasUseCandidate);
        Assert.False(message.HasNomination);
        using var right = new StunIntegrity(Rfc5769Password);
        using var wrong = new StunIntegrity(Rfc5769Password + "x");
        Assert.True(message.HasValidIntegrity(right));
        Assert.False(message.HasValidIntegrity(wrong));
    }

    [Theory]
    [InlineData(Rfc5769ResponseIPv4, "192.0.2.1")]
    [InlineData(Rfc5769ResponseIPv6, "2001:db8:1234:5678:11:2233:4455:6677")]
    public void ReadsTheResponsesOfRfc5769(string hex, string ip)
    {
        byte[] bytes = Convert.FromHexString(hex);

        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.True(message.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(FakeSocket.Address(ip, 32853), mapped);
        using var integrity = new StunIntegrity(Rfc5769Password);
        Assert.True(message.HasValidIntegrity(integrity));
    }

    [Theory]
    [InlineData(StunClass.Request, 0x001)]
    [InlineData(StunClass.Indication, 0x001)]
    [InlineData(StunClass.SuccessResponse, 0x003)]
    [InlineData(StunClass.ErrorResponse, 0x07B)]
    [InlineData(StunClass.Request, 0x0FF)]
    public void ClassAndMethodSurviveARoundTrip(StunClass messageClass, ushort method)
    {
        byte[] bytes = (Request() with { Class = messageClass, Method = method }).Write();

        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.Equal(messageClass, message.Class);
        Assert.Equal(method, message.Method);
    }

    [Fact]
    public void MethodBeyondTheFirstByteIsNoStun()
    {
        byte[] bytes = (Request() with { Method = 0xFFF }).Write();

        Assert.False(StunMessageView.IsStun(bytes));
    }

    [Fact]
    public void ReadsAnErrorResponse()
    {
        byte[] buffer = new byte[128];
        var writer = new StunWriter(buffer, StunClass.ErrorResponse, StunMethod.Binding, new byte[12]);
        writer.AddErrorCode(487, "role"u8);
        int length = writer.Finish(integrity: null);

        Assert.True(StunMessageView.TryParse(buffer.AsSpan(0, length), out StunMessageView message));

        Assert.Equal(487, message.ErrorCode);
        Assert.Equal("role", Encoding.UTF8.GetString(message.ErrorReason));
        Assert.Equal(StunAttributes.ErrorCode | StunAttributes.Fingerprint, message.Attributes);
    }

    [Fact]
    public void UsernameMustHaveTheFragmentAndAColon()
    {
        byte[] bytes = Request().Write();
        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.True(message.IsAddressedTo("local"u8));
        Assert.False(message.IsAddressedTo("loca"u8));
        Assert.False(message.IsAddressedTo("local:"u8));
        Assert.False(message.IsAddressedTo("lokal"u8));
        Assert.False(message.IsAddressedTo("local:peer"u8));
    }

    [Fact]
    public void UsernameWithoutColonIsAllFragment()
    {
        byte[] bytes = Message((StunAttributeType.Username, "abc"u8.ToArray()));

        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.Equal("abc", Encoding.UTF8.GetString(message.ReceiverUsernameFragment));
        Assert.False(message.IsAddressedTo("abc"u8));
    }

    [Theory]
    [InlineData(StunAttributeType.Username, 513, true)]
    [InlineData(StunAttributeType.Username, 514, false)]
    [InlineData(StunAttributeType.Username, 0, true)]
    [InlineData(StunAttributeType.Software, 763, true)]
    [InlineData(StunAttributeType.Software, 764, false)]
    [InlineData(StunAttributeType.Priority, 4, true)]
    [InlineData(StunAttributeType.Priority, 3, false)]
    [InlineData(StunAttributeType.Priority, 8, false)]
    [InlineData(StunAttributeType.IceControlled, 8, true)]
    [InlineData(StunAttributeType.IceControlled, 4, false)]
    [InlineData(StunAttributeType.IceControlling, 8, true)]
    [InlineData(StunAttributeType.IceControlling, 9, false)]
    [InlineData(StunAttributeType.UseCandidate, 0, true)]
    [InlineData(StunAttributeType.UseCandidate, 4, false)]
    [InlineData(StunAttributeType.Nomination, 4, true)]
    [InlineData(StunAttributeType.Nomination, 2, false)]
    [InlineData(StunAttributeType.NominationOld, 4, true)]
    [InlineData(StunAttributeType.NominationOld, 5, false)]
    [InlineData(StunAttributeType.XorMappedAddress, 8, true)]
    [InlineData(StunAttributeType.XorMappedAddress, 20, true)]
    [InlineData(StunAttributeType.XorMappedAddress, 12, false)]
    [InlineData(StunAttributeType.ErrorCode, 4, true)]
    [InlineData(StunAttributeType.ErrorCode, 3, false)]
    [InlineData(StunAttributeType.MessageIntegrity, 20, true)]
    [InlineData(StunAttributeType.MessageIntegrity, 32, false)]
    [InlineData(StunAttributeType.Fingerprint, 8, false)]
    public void AttributesHaveTheirSize(StunAttributeType type, int length, bool isValid)
    {
        byte[] bytes = Message((type, new byte[length]));

        Assert.Equal(isValid, StunMessageView.TryParse(bytes, out _));
    }

    [Fact]
    public void KnownAttributeComesOnce()
    {
        (StunAttributeType, byte[]) priority = (StunAttributeType.Priority, new byte[4]);

        Assert.True(StunMessageView.TryParse(Message(priority), out _));
        Assert.False(StunMessageView.TryParse(Message(priority, priority), out _));
    }

    [Fact]
    public void UnknownAttributesAreSkippedHoweverOften()
    {
        (StunAttributeType, byte[]) unknown = ((StunAttributeType)0x0001, new byte[5]);

        bool isParsed = StunMessageView.TryParse(Message(unknown, unknown), out StunMessageView message);

        Assert.True(isParsed);
        Assert.Equal(StunAttributes.None, message.Attributes);
    }

    [Fact]
    public void OnlyFingerprintFollowsMessageIntegrity()
    {
        (StunAttributeType, byte[]) integrity = (StunAttributeType.MessageIntegrity, new byte[20]);

        Assert.True(StunMessageView.TryParse(Message(integrity), out _));
        Assert.False(StunMessageView.TryParse(Message(integrity, (StunAttributeType.Priority, new byte[4])), out _));
        Assert.False(StunMessageView.TryParse(Message(integrity, ((StunAttributeType)0x7777, [])), out _));
    }

    [Fact]
    public void NothingFollowsFingerprint()
    {
        byte[] bytes = [.. Request().Write(), 0x77, 0x77, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(bytes.Length - 20));
        RewriteFingerprint(bytes, bytes.Length - 4);

        Assert.False(StunMessageView.TryParse(bytes, out _));
    }

    [Theory]
    [InlineData(7u, null, 7u)]
    [InlineData(null, 8u, 8u)]
    [InlineData(7u, 8u, 7u)]
    public void RegisteredNominationGoesBeforeTheOldOne(uint? registered, uint? old, uint expected)
    {
        byte[] bytes = (Request() with { Nomination = registered, NominationOld = old }).Write();

        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.True(message.HasNomination);
        Assert.Equal(expected, message.Nomination);
    }

    [Fact]
    public void OldNominationInFrontDoesNotWin()
    {
        byte[] bytes = Message(
            (StunAttributeType.NominationOld, [0, 0, 0, 9]), (StunAttributeType.Nomination, [0, 0, 0, 7]));

        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.Equal(7u, message.Nomination);
    }

    [Theory]
    [InlineData(0x01, 20)]
    [InlineData(0x02, 8)]
    [InlineData(0x03, 8)]
    public void MappedAddressOfAnotherFamilyIsNone(byte family, int length)
    {
        byte[] value = new byte[length];
        value[1] = family;
        byte[] bytes = Message((StunAttributeType.XorMappedAddress, value));

        Assert.True(StunMessageView.TryParse(bytes, out StunMessageView message));

        Assert.False(message.TryGetXorMappedAddress(out _));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(-4, 0)]
    [InlineData(0, 4)]
    [InlineData(2, 2)]
    public void LengthFieldIsExactAndAMultipleOfFour(int fieldDelta, int sizeDelta)
    {
        byte[] bytes = Message((StunAttributeType.Priority, new byte[4]));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(bytes.Length - 20 + fieldDelta));
        Array.Resize(ref bytes, bytes.Length + sizeDelta);

        Assert.False(StunMessageView.TryParse(bytes, out _));
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        byte[] bytes = Convert.FromHexString(Rfc5769Request);
        for (int length = 0; length < bytes.Length; length++)
            Assert.False(StunMessageView.TryParse(bytes.AsSpan(0, length), out _), $"{length} bytes");
    }

    [Fact]
    public void EveryFlippedBitIsRefused()
    {
        byte[] bytes = Convert.FromHexString(Rfc5769Request);
        using var integrity = new StunIntegrity(Rfc5769Password);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            bool isAccepted = StunMessageView.TryParse(bytes, out StunMessageView message) &&
                message.HasValidIntegrity(integrity) &&
                (message.Attributes & StunAttributes.Fingerprint) != 0;
            Assert.False(isAccepted, $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void MutatedMessagesNeverBreakTheParser()
    {
        byte[][] seeds =
        [
            Convert.FromHexString(Rfc5769Request), Convert.FromHexString(Rfc5769ResponseIPv4),
            Convert.FromHexString(Rfc5769ResponseIPv6), (Request() with { UseCandidate = true, Nomination = 1 }).Write(),
        ];
        var random = new Random(20260807);
        int parsed = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] input = [.. seeds[random.Next(seeds.Length)]];
            for (int change = random.Next(4); change >= 0; change--)
                input[random.Next(input.Length)] = (byte)random.Next(256);
            Array.Resize(ref input, Math.Max(0, input.Length - Math.Max(0, random.Next(-40, 12))));
            parsed += StunFuzz.Fuzz(input) ? 1 : 0;
        }

        Assert.InRange(parsed, 1, 20_000);
    }

    private static StunRequest Request() => new("local", "secret");

    private static byte[] Message(params (StunAttributeType Type, byte[] Value)[] attributes)
    {
        byte[] buffer = new byte[2048];
        var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, new byte[12]);
        foreach ((StunAttributeType type, byte[] value) in attributes)
            writer.Add(type, value);
        return buffer[..writer.FinishBare()];
    }

    private static void RewriteFingerprint(byte[] bytes, int end)
    {
        uint crc = Crc32.Compute(bytes.AsSpan(0, end - 8)) ^ StunMessageView.FingerprintMask;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(end - 4), crc);
    }
}
