using System.Buffers.Binary;
using Rtc.Sctp;
using Rtc.Sctp.Association;
using Rtc.Sctp.Packet;
using RtcTests.Ice;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Sctp;

public sealed class SctpAssociationTests
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

    [Theory]
    [InlineData(1)]
    [InlineData(1_155)]
    [InlineData(1_159)]
    [InlineData(1_163)]
    [InlineData(1_164)]
    [InlineData(65_536)]
    [InlineData(256 * 1024)]
    public void Messages_of_any_size_arrive_whole(int length)
    {
        foreach (bool isInterleaved in new[] { false, true })
        {
            var options = new SctpOptions { EnableMessageInterleaving = isInterleaved };
            var pair = new SctpPair(optionsA: options, optionsB: options);
            pair.Filter = (_, datagram) =>
            {
                Assert.InRange(datagram.Length, 16, 1_191);
                return true;
            };
            pair.Connect();
            byte[] message = new byte[length];
            new Random(length).NextBytes(message);
            Assert.Equal(SctpSendResult.Ok, pair.Send(pair.A, 1, message));
            Assert.Equal(SctpSendResult.Ok, pair.Send(pair.A, 1, message, new SctpSendOptions(Ordered: false)));
            pair.Run(pair.NowUs + (20 * SecondUs));
            Assert.Equal(2, pair.B.Messages.Count);
            Assert.All(pair.B.Messages, got => Assert.True(got.Payload.AsSpan().SequenceEqual(message)));
            Assert.Equal(0, pair.B.Association.Buffers.InUseBytes);
        }
    }

    [Fact]
    public void Sending_is_refused_for_a_reason()
    {
        var options = new SctpOptions
        {
            MaxSendMessageBytes = 1_000,
            MaxSendBufferBytes = 2_000,
            MaxQueuedMessages = 50,
        };
        var pair = new SctpPair(optionsA: options);
        SctpAssociation a = pair.A.Association;
        Assert.Equal(SctpSendResult.Empty, a.TrySend(0, 1, [], SctpSendOptions.Reliable, 0));
        Assert.Equal(SctpSendResult.TooLarge, a.TrySend(0, 1, new byte[1_001], SctpSendOptions.Reliable, 0));
        Assert.Equal(SctpSendResult.NoSuchStream, a.TrySend(65_535, 1, [1], SctpSendOptions.Reliable, 0));
        Assert.Equal(SctpSendResult.Ok, a.TrySend(0, 1, new byte[1_000], SctpSendOptions.Reliable, 0));
        Assert.Equal(SctpSendResult.Ok, a.TrySend(0, 1, new byte[600], new byte[400], SctpSendOptions.Reliable, 0));
        Assert.Equal(SctpSendResult.BufferFull, a.TrySend(1, 1, [1], SctpSendOptions.Reliable, 0));
        Assert.Equal(2_000, a.BufferedAmount);
        Assert.Equal(2_000, a.GetBufferedAmount(0));
        pair.Connect();
        pair.Run(pair.NowUs + SecondUs);
        Assert.Equal(0, a.BufferedAmount);
        Assert.Equal([1_000, 1_000], pair.B.Messages.Select(message => message.Payload.Length));
        a.Abort("enough");
        Assert.Equal(SctpSendResult.Closed, a.TrySend(0, 1, [1], SctpSendOptions.Reliable, pair.NowUs));

        var small = new SctpEnd(options, 1);
        for (int i = 0; i < 50; i++)
            Assert.Equal(SctpSendResult.Ok, small.Association.TrySend(0, 1, [1], SctpSendOptions.Reliable, 0));
        Assert.Equal(SctpSendResult.BufferFull, small.Association.TrySend(0, 1, [1], SctpSendOptions.Reliable, 0));
    }

    [Fact]
    public void The_amount_falls_to_its_threshold_once_a_message()
    {
        var pair = new SctpPair();
        pair.Connect();
        pair.A.Association.SetBufferedAmountLowThreshold(3, 1_024);
        pair.A.Diary.Clear();
        pair.Send(pair.A, 3, new byte[50_000]);
        Assert.DoesNotContain("Low 3", pair.A.Diary);
        pair.Run(pair.NowUs + (5 * SecondUs));
        Assert.Equal(["Low 3"], pair.A.Diary);
        Assert.Single(pair.B.Messages);
    }

    [Fact]
    public void Streams_take_turns()
    {
        foreach (bool isInterleaved in new[] { false, true })
        {
            var options = new SctpOptions { EnableMessageInterleaving = isInterleaved };
            var pair = new SctpPair(optionsA: options, optionsB: options);
            pair.Connect();
            for (ushort stream = 0; stream < 4; stream++)
            {
                for (int i = 0; i < 10; i++)
                    pair.A.Association.TrySend(stream, 1, new byte[5_000], SctpSendOptions.Reliable, pair.NowUs);
            }

            pair.Run(pair.NowUs + (20 * SecondUs));
            ushort[] order = [.. pair.B.Messages.Select(message => message.StreamId)];
            Assert.Equal(40, order.Length);
            for (int i = 0; i < 40; i += 4)
                Assert.Equal([0, 1, 2, 3], order[i..(i + 4)].Order().Select(stream => (int)stream));
        }
    }

    [Fact]
    public void A_short_message_passes_a_long_one_when_interleaved()
    {
        var pair = new SctpPair();
        pair.Connect();
        pair.A.Association.TrySend(0, 1, new byte[250_000], SctpSendOptions.Reliable, pair.NowUs);
        pair.A.Association.TrySend(1, 1, [7], SctpSendOptions.Reliable, pair.NowUs);
        pair.Run(pair.NowUs + (20 * SecondUs));
        Assert.Equal([1, 0], pair.B.Messages.Select(message => (int)message.StreamId));
    }

    [Fact]
    public void A_stream_is_reset_behind_what_it_had_queued_and_begins_anew()
    {
        foreach (bool isInterleaved in new[] { false, true })
        {
            var options = new SctpOptions { EnableMessageInterleaving = isInterleaved };
            var pair = new SctpPair(
                new EmulatedLinkOptions { DelayUs = 20_000, Loss = 0.1 }, seed: 5, options, options);
            pair.Connect();
            for (int round = 0; round < 5; round++)
            {
                for (byte i = 0; i < 10; i++)
                    pair.Send(pair.A, 2, [.. new byte[3_000], i]);
                pair.Send(pair.A, 4, [1]);
                Assert.Equal(SctpResetResult.Ok, pair.A.Association.ResetStreams([2]));
                Assert.Equal(SctpSendResult.Ok, pair.Send(pair.A, 2, [.. new byte[3_000], 10]));
                pair.Run(pair.NowUs + (60 * SecondUs));
            }

            Assert.Equal(Enumerable.Repeat((ushort)2, 5), pair.B.IncomingResets);
            Assert.Equal(5, pair.A.Diary.Count(line => line == "OutgoingReset 2 True"));
            int[] last = [.. pair.B.Messages.Where(m => m.StreamId == 2).Select(m => (int)m.Payload[^1])];
            Assert.Equal(Enumerable.Repeat(Enumerable.Range(0, 11), 5).SelectMany(x => x), last);
            Assert.Equal(5, pair.B.Messages.Count(m => m.StreamId == 4));
            Assert.Equal(0, pair.A.Association.Buffers.InUseBytes + pair.B.Association.Buffers.InUseBytes);
        }
    }

    [Fact]
    public void A_reset_that_comes_before_its_data_is_deferred_and_keeps_nothing()
    {
        var pair = new SctpPair(seed: 3);
        pair.Connect();
        bool hasLost = false;
        pair.Filter = (end, datagram) =>
        {
            bool drop = end == pair.A && !hasLost && datagram[PacketView.HeaderLength] == (byte)ChunkType.IData;
            hasLost |= drop;
            return !drop;
        };
        pair.Send(pair.A, 2, [1]);
        pair.A.Association.ResetStreams([2]);
        pair.Send(pair.A, 2, [2]);
        pair.Run(pair.NowUs + (10 * SecondUs));
        Assert.Equal([1, 2], pair.B.Messages.Select(message => (int)message.Payload[0]));
        Assert.Equal(["IncomingReset 2"], pair.B.Diary.Where(line => line.StartsWith("Incoming")));
        Assert.True(pair.B.Association.Counters.DeferredResets > 0);
    }

    [Fact]
    public void A_reset_needs_a_peer_that_is_there()
    {
        var pair = new SctpPair();
        Assert.Equal(SctpResetResult.NotConnected, pair.A.Association.ResetStreams([1]));
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

    [Fact]
    public void An_abort_ends_both_sides_and_gives_memory_back()
    {
        var pair = new SctpPair();
        pair.Connect();
        pair.Send(pair.B, 1, new byte[200_000]);
        pair.Run(pair.NowUs + 15_000);
        pair.A.Association.Abort("enough");
        pair.Run(pair.NowUs + SecondUs);
        Assert.Equal("Closed", pair.A.Diary[^1]);
        Assert.Equal("Closed", pair.B.Diary[^1]);
        Assert.Equal("aborted by the peer: UserInitiatedAbort", pair.B.Association.EndReason);
        foreach (SctpEnd end in new[] { pair.A, pair.B })
        {
            Assert.Equal(0, end.Association.Buffers.InUseBytes);
            Assert.Equal(long.MaxValue, end.Association.DeadlineUs);
        }
    }

    [Fact]
    public void A_listener_may_abort_and_send_from_inside()
    {
        var pair = new SctpPair();
        pair.Connect();
        pair.B.OnMessage = (stream, _, payload) =>
        {
            pair.B.Association.TrySend(stream, 1, payload, SctpSendOptions.Reliable, pair.NowUs);
            if (payload[0] == 5)
                pair.B.Association.Abort("five");
        };
        for (byte i = 1; i <= 9; i++)
            pair.A.Association.TrySend(1, 1, [i, .. new byte[i % 2 * 4_000]], SctpSendOptions.Reliable, pair.NowUs);
        pair.Run(pair.NowUs + (5 * SecondUs));
        Assert.Equal(5, pair.B.Messages.Count);
        Assert.Equal(SctpState.Closed, pair.A.Association.State);
        Assert.Equal(0, pair.A.Association.Buffers.InUseBytes + pair.B.Association.Buffers.InUseBytes);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void A_shutdown_sends_what_is_queued_first(double loss)
    {
        var pair = new SctpPair(new EmulatedLinkOptions { DelayUs = 20_000, Loss = loss }, seed: 4);
        pair.Connect();
        for (byte i = 0; i < 20; i++)
            pair.Send(pair.A, 1, [i, .. new byte[5_000]]);
        pair.Send(pair.B, 1, new byte[50_000]);
        pair.A.Association.Close(pair.NowUs);
        Assert.Equal(SctpState.ShuttingDown, pair.A.Association.State);
        Assert.Equal(SctpSendResult.Closed, pair.Send(pair.A, 1, [1]));
        pair.Run(pair.NowUs + (300 * SecondUs));
        Assert.Equal(20, pair.B.Messages.Count);
        Assert.Single(pair.A.Messages);
        Assert.Equal(SctpState.Closed, pair.A.Association.State);
        Assert.Equal(SctpState.Closed, pair.B.Association.State);
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

    [Theory]
    [InlineData(0x3F, false, false)]
    [InlineData(0x7F, false, true)]
    [InlineData(0xBF, true, false)]
    [InlineData(0xFF, true, true)]
    public void The_two_high_bits_of_an_unknown_chunk_say_what_to_do(byte type, bool isSkipped, bool isReported)
    {
        var pair = new SctpPair();
        pair.Connect();
        byte[]? data = null;
        byte[]? error = null;
        pair.Filter = (end, datagram) =>
        {
            if (end == pair.A && data is null && datagram[PacketView.HeaderLength] == (byte)ChunkType.IData)
            {
                data = datagram;
                return false;
            }

            if (end == pair.B && datagram[PacketView.HeaderLength] == (byte)ChunkType.Error)
                error = datagram;
            return true;
        };
        pair.Send(pair.A, 1, [1, 2, 3, 4]);
        byte[] changed = [.. data![..12], type, 0, 0, 6, 9, 9, 0, 0, .. data[12..]];
        Crc32c.WriteField(changed, Crc32c.ComputePacket(changed));
        pair.B.Association.HandleDatagram(changed, pair.NowUs);
        pair.Flush();
        Assert.Equal(isSkipped ? 1 : 0, pair.B.Messages.Count);
        Assert.Equal(isReported, error is not null);
        if (isReported)
            Assert.Equal([0, 6, 0, 10, type, 0, 0, 6, 9, 9], error![16..26]);
        Assert.Equal(1, pair.B.Association.Counters.UnknownChunks);
    }

    [Fact]
    public void Bogus_acknowledgements_change_nothing()
    {
        var pair = new SctpPair();
        pair.Connect();
        uint tag = PeerTag(pair);
        byte[]? sent = null;
        pair.Filter = (end, datagram) =>
        {
            sent = end == pair.A ? datagram : sent;
            return false;
        };
        pair.Send(pair.A, 1, [1]);
        int flight = pair.A.Association.FlightBytes;
        Assert.True(flight > 0);
        uint tsn = BinaryPrimitives.ReadUInt32BigEndian(sent!.AsSpan(16));
        Sack(tsn + 1, []);
        Sack(tsn + 0x8000_0000, []);
        Sack(tsn - 2, []);
        Sack(tsn - 1, [new GapBlock(1, 2)]);
        Sack(tsn - 1, [new GapBlock(0, 1)]);
        Sack(tsn - 1, [new GapBlock(2, 1)]);
        Sack(tsn - 1, [new GapBlock(1, 65_535)]);
        Assert.Equal(7, pair.A.Association.Counters.IgnoredSacks);
        Assert.Equal(flight, pair.A.Association.FlightBytes);
        Sack(tsn, []);
        Assert.Equal(0, pair.A.Association.FlightBytes);

        void Sack(uint cumulative, GapBlock[] blocks)
        {
            byte[] packet = new byte[200];
            var writer = new PacketWriter(packet, 200, 5000, 5000, tag);
            ChunkWriter.AddSack(ref writer, cumulative, 100_000, blocks, []);
            pair.A.Association.HandleDatagram(packet.AsSpan(0, writer.Finish(false)), pair.NowUs);
        }
    }

    [Fact]
    public void Packets_of_others_are_counted_and_change_nothing()
    {
        var pair = new SctpPair();
        pair.Connect();
        byte[] packet = new byte[100];
        var writer = new PacketWriter(packet, 100, 5000, 5000, PeerTag(pair) ^ 1);
        ChunkWriter.Add(ref writer, ChunkType.Abort);
        int length = writer.Finish(false);
        pair.A.Association.HandleDatagram(packet.AsSpan(0, length), pair.NowUs);
        Assert.Equal(1, pair.A.Association.Counters.ForeignPackets);
        packet[8] ^= 1;
        pair.A.Association.HandleDatagram(packet.AsSpan(0, length), pair.NowUs);
        Assert.Equal(1, pair.A.Association.Counters.ChecksumErrors);
        pair.A.Association.HandleDatagram(packet.AsSpan(0, 15), pair.NowUs);
        Assert.Equal(1, pair.A.Association.Counters.MalformedPackets);
        Assert.Equal(SctpState.Connected, pair.A.Association.State);
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
    public void Steady_messages_allocate_nothing()
    {
        var random = new SeededRandom(1);
        var counter = new Counting();
        var a = new SctpAssociation(new SctpOptions(), counter, random);
        var b = new SctpAssociation(new SctpOptions(), counter, random);
        byte[] buffer = new byte[1_200];
        byte[] message = new byte[5_000];
        long nowUs = 0;
        a.Connect(0);
        Exchange(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int received = counter.Messages;
        Exchange(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2_000, counter.Messages - received);

        void Exchange(int count)
        {
            for (int i = 0; i < count; i++)
            {
                a.TrySend(1, 51, message, SctpSendOptions.Reliable, nowUs);
                b.TrySend(2, 51, message.AsSpan(0, 100), SctpSendOptions.Reliable, nowUs);
                for (int turn = 0; turn < 6; turn++)
                {
                    nowUs += 5_000;
                    while (a.TryGetOutgoing(buffer, nowUs, out int length))
                        b.HandleDatagram(buffer.AsSpan(0, length), nowUs);
                    while (b.TryGetOutgoing(buffer, nowUs, out int length))
                        a.HandleDatagram(buffer.AsSpan(0, length), nowUs);
                    a.HandleDeadline(nowUs);
                    b.HandleDeadline(nowUs);
                }
            }
        }
    }

    [Fact]
    public void Reassembly_keeps_no_more_than_the_window()
    {
        var options = new SctpOptions { ReceiveWindowBytes = 100_000, EnableMessageInterleaving = false };
        var pair = new SctpPair(optionsA: options, optionsB: options);
        pair.Connect();
        uint tag = PeerTag(pair);
        byte[] packet = new byte[1_200];
        // Beginnings without an end, all behind a gap.
        for (uint i = 0; i < 5_000 && pair.A.Association.State == SctpState.Connected; i++)
        {
            uint next = FirstTsn() + 1 + (2 * i);
            var writer = new PacketWriter(packet, 1_200, 5000, 5000, tag);
            ChunkWriter.AddData(
                ref writer, false, new DataFields(DataChunkView.BeginFlag, next, 1, i, 0, 51), new byte[1]);
            pair.A.Association.HandleDatagram(packet.AsSpan(0, writer.Finish(false)), pair.NowUs);
            pair.Flush();
            Assert.InRange(pair.A.Association.Buffers.InUseBytes, 0, 100_000);
        }

        Assert.True(pair.A.Association.Counters.DroppedDataChunks > 0);
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

    private sealed class Counting : ISctpListener
    {
        public int Messages { get; private set; }

        public void OnSctpStateChanged(SctpState state)
        {
        }

        public void OnSctpCapabilities(in SctpCapabilities capabilities)
        {
        }

        public void OnSctpMessage(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload) => Messages++;

        public void OnSctpBufferedAmountLow(ushort streamId)
        {
        }

        public void OnSctpTotalBufferedAmountLow()
        {
        }

        public void OnSctpIncomingStreamsReset(ReadOnlySpan<ushort> streamIds)
        {
        }

        public void OnSctpOutgoingStreamsReset(ReadOnlySpan<ushort> streamIds, bool isPerformed)
        {
        }

        public void OnSctpRestarted()
        {
        }
    }

    /// <summary>The tag that packets for A carry: an outgoing packet of B tells it.</summary>
    private static uint PeerTag(SctpPair pair)
    {
        byte[] buffer = new byte[2_000];
        pair.B.Association.TrySend(9, 1, [1], SctpSendOptions.Reliable, pair.NowUs);
        Assert.True(pair.B.Association.TryGetOutgoing(buffer, pair.NowUs, out _));
        return BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
    }

    /// <summary>The first TSN of B in a pair of seed 1: the first number that it draws.</summary>
    private static uint FirstTsn()
    {
        byte[] seed = new byte[4];
        new SeededRandom(1 + 3_000).Fill(seed);
        return BinaryPrimitives.ReadUInt32BigEndian(seed);
    }
}
