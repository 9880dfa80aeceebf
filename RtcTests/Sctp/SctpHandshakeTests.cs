using System.Buffers.Binary;
using Rtc.Sctp;
using Rtc.Sctp.Packet;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>How an association begins, and what is agreed.</summary>
public sealed class SctpHandshakeTests
{
    private const long SecondUs = 1_000_000;

    [Fact]
    public void A_passive_open_takes_two_round_trips_and_tells_in_order()
    {
        var pair = new SctpPair();
        pair.A.Association.Connect(0);
        Assert.False(pair.A.Association.MayConnect);
        pair.Run(SecondUs / 10);
        Assert.Equal(["Connecting", "Connecting", "Capabilities", "Connected"], pair.A.Diary);
        Assert.Equal(["Connecting", "Capabilities", "Connected"], pair.B.Diary);
        SctpCapabilities expected = new(65_535, 65_535, true, true, true, false, false);
        Assert.Equal(expected, pair.A.Association.Capabilities);
        Assert.Equal(expected, pair.B.Association.Capabilities);
    }

    [Fact]
    public void Capabilities_are_the_least_of_both()
    {
        var pair = new SctpPair(
            optionsA: new SctpOptions { MaxOutgoingStreams = 10, MaxIncomingStreams = 300, EnableZeroChecksum = true },
            optionsB: new SctpOptions
            {
                MaxIncomingStreams = 7,
                MaxOutgoingStreams = 20,
                EnablePartialReliability = false,
                EnableMessageInterleaving = false,
            });
        pair.Connect();
        Assert.Equal(
            new SctpCapabilities(7, 20, false, false, true, SendsZeroChecksum: false, ReceivesZeroChecksum: true),
            pair.A.Association.Capabilities);
        Assert.Equal(
            new SctpCapabilities(20, 7, false, false, true, false, false), pair.B.Association.Capabilities);
        Assert.Equal(SctpSendResult.NoSuchStream, pair.Send(pair.A, 7, [1]));
        Assert.Equal(SctpSendResult.Ok, pair.Send(pair.A, 6, [1]));
    }

    [Fact]
    public void Zero_checksum_is_one_directional()
    {
        var pair = new SctpPair(
            optionsA: new SctpOptions { EnableZeroChecksum = true }, optionsB: new SctpOptions());
        List<(bool FromA, uint Checksum)> seen = [];
        pair.Filter = (end, datagram) =>
        {
            seen.Add((end == pair.A, Crc32c.ReadField(datagram)));
            return true;
        };
        pair.Connect();
        pair.Send(pair.A, 1, [1]);
        pair.Send(pair.B, 1, [1]);
        pair.Run(pair.NowUs + SecondUs);
        // B does not accept it, and does not rely on it: neither leaves the checksum out.
        Assert.All(seen, packet => Assert.NotEqual(0u, packet.Checksum));
        Assert.Single(pair.A.Messages);
        Assert.Single(pair.B.Messages);

        var both = new SctpPair(
            optionsA: new SctpOptions { EnableZeroChecksum = true },
            optionsB: new SctpOptions { EnableZeroChecksum = true });
        both.Filter = (_, datagram) =>
        {
            ChunkType first = (ChunkType)datagram[PacketView.HeaderLength];
            bool isBare = first is ChunkType.Init or ChunkType.InitAck or ChunkType.CookieEcho;
            Assert.Equal(!isBare, Crc32c.ReadField(datagram) == 0);
            return true;
        };
        both.Connect();
        both.Send(both.A, 1, [1]);
        both.Run(both.NowUs + SecondUs);
        Assert.Single(both.B.Messages);
    }

    [Fact]
    public void Without_an_answer_the_handshake_fails_at_doubling_times()
    {
        var end = new SctpEnd(new SctpOptions(), 1);
        byte[] buffer = new byte[2_000];
        end.Association.Connect(0);
        List<long> sentUs = [];
        long nowUs = 0;
        while (true)
        {
            while (end.Association.TryGetOutgoing(buffer, nowUs, out _))
                sentUs.Add(nowUs);
            if (end.Association.DeadlineUs == long.MaxValue)
                break;
            nowUs = end.Association.DeadlineUs;
            end.Association.HandleDeadline(nowUs);
        }

        Assert.Equal(["Connecting", "Failed"], end.Diary);
        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 123, 183], sentUs.Select(us => us / SecondUs));
    }

    [Fact]
    public void An_authenticated_cookie_must_be_ours_and_fresh()
    {
        var options = new SctpOptions { AuthenticateCookie = true, CookieLifetimeMs = 1_000 };
        var pair = new SctpPair(optionsB: options);
        byte[]? echo = null;
        pair.Filter = (_, datagram) =>
        {
            if (datagram[PacketView.HeaderLength] != (byte)ChunkType.CookieEcho || echo is not null)
                return true;
            echo = datagram;
            Assert.Equal(PacketView.HeaderLength + 4 + 76, datagram.Length);
            return false;
        };
        pair.A.Association.Connect(0);
        pair.Run(500_000);
        byte[] forged = [.. echo!];
        forged[PacketView.HeaderLength + 4 + 30] ^= 1;
        Crc32c.WriteField(forged, Crc32c.ComputePacket(forged));
        pair.B.Association.HandleDatagram(forged, pair.NowUs);
        Assert.Equal(SctpState.New, pair.B.Association.State);
        Assert.Equal(1, pair.B.Association.Counters.InvalidCookies);

        // The repetition after a second is too late: the answer makes A ask for a new one.
        pair.Run(10 * SecondUs);
        Assert.Equal(2, pair.B.Association.Counters.InvalidCookies);
        Assert.Equal(SctpState.Connected, pair.A.Association.State);
        Assert.Equal(SctpState.Connected, pair.B.Association.State);
    }

    [Fact]
    public void Unknown_parameters_are_reported_in_their_form()
    {
        var pair = new SctpPair();
        byte[] unknown = [0xC1, 0, 0, 6, 7, 7, 0, 0];
        byte[]? initAck = null;
        byte[]? error = null;
        bool isChanged = false;
        pair.Filter = (end, datagram) =>
        {
            ChunkType type = (ChunkType)datagram[PacketView.HeaderLength];
            initAck = type == ChunkType.InitAck && initAck is null ? datagram : initAck;
            error = Find(datagram, ChunkType.Error) ?? error;
            if (isChanged || type is not (ChunkType.Init or ChunkType.InitAck))
                return true;
            byte[] longer = [.. datagram, .. unknown];
            BinaryPrimitives.WriteUInt16BigEndian(longer.AsSpan(14), (ushort)(longer.Length - 12));
            Crc32c.WriteField(longer, Crc32c.ComputePacket(longer));
            isChanged = type == ChunkType.InitAck;
            (end == pair.A ? pair.B : pair.A).Association.HandleDatagram(longer, pair.NowUs);
            return false;
        };
        pair.A.Association.Connect(0);
        pair.Run(3 * SecondUs);
        Assert.Equal(SctpState.Connected, pair.B.Association.State);
        Assert.Equal("0008000AC1000006070" + "70000", Convert.ToHexString(initAck!)[^24..]);
        Assert.Equal("0900001000" + "08000CC100000607070000", Convert.ToHexString(error!));
    }

    [Fact]
    public void A_peer_that_lost_its_state_restarts_the_association()
    {
        var pair = new SctpPair();
        pair.Connect();
        pair.Send(pair.A, 1, [1]);
        pair.Send(pair.B, 1, [2]);
        pair.Run(pair.NowUs + SecondUs);
        pair.B.Replace(new SctpOptions(), 99);
        pair.B.Association.Connect(pair.NowUs);
        pair.Run(pair.NowUs + SecondUs);
        Assert.Contains("Restarted", pair.A.Diary);
        Assert.Equal(1, pair.A.Association.Counters.Restarts);
        pair.Send(pair.A, 1, [3]);
        pair.Send(pair.B, 1, [4]);
        pair.Run(pair.NowUs + SecondUs);
        Assert.Equal([2, 4], pair.A.Messages.Select(message => (int)message.Payload[0]));
        Assert.Equal([1, 3], pair.B.Messages.Select(message => (int)message.Payload[0]));
    }

    private static byte[]? Find(byte[] datagram, ChunkType type)
    {
        var chunks = new ChunkReader(datagram.AsSpan(PacketView.HeaderLength));
        while (chunks.TryRead(out ChunkView chunk))
        {
            if (chunk.Type == type)
                return chunk.Bytes.ToArray();
        }

        return null;
    }
}
