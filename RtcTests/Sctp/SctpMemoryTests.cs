using Rtc.Sctp;
using Rtc.Sctp.Association;
using Rtc.Sctp.Packet;
using RtcTests.Ice;
using Xunit;

namespace RtcTests.Sctp;

/// <summary>What is kept and what is allocated.</summary>
public sealed class SctpMemoryTests
{
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
        var peer = new SctpForge(pair);
        // Beginnings without an end, all behind a gap.
        for (uint i = 0; i < 5_000 && pair.A.Association.State == SctpState.Connected; i++)
        {
            peer.Data(new DataFields(DataChunkView.BeginFlag, peer.FirstTsn + 1 + (2 * i), 1, i, 0, 51), new byte[1]);
            Assert.InRange(pair.A.Association.Buffers.InUseBytes, 0, 100_000);
        }

        Assert.InRange(pair.A.Association.Buffers.InUseBytes, 64 * 300, 100_000);
        Assert.InRange(pair.A.Association.Counters.DroppedDataChunks, 3_000, 5_000);
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
}
