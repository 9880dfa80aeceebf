using Rtc.Sctp;
using RtcTests.Simulation;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>Shutdown and abort.</summary>
public sealed class SctpEndTests
{
    private const long SecondUs = 1_000_000;

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
}
