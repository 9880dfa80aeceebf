using Rtc.Sctp;
using Rtc.Sctp.Association;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>Messages: sizes, refusals, amounts, turns.</summary>
public sealed class SctpMessageTests
{
    private const long SecondUs = 1_000_000;

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
}
