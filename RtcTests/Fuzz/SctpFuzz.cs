using System.Buffers.Binary;
using Rtc.Sctp;
using Rtc.Sctp.Association;
using Rtc.Sctp.Packet;
using RtcTests.Ice;

namespace RtcTests.Fuzz;

/// <summary>
/// Any bytes may come as a packet, in any state. The checksum and the tag are made right, so that what is behind them
/// is reached.
/// </summary>
internal static class SctpFuzz
{
    private const long StepUs = 20_000;

    /// <summary>The input is the chunks of a packet; a new pair of associations takes it in several states.</summary>
    public static void Fuzz(ReadOnlySpan<byte> chunks)
    {
        if (chunks.Length > 4_096)
            return;

        Take(chunks, steps: 0);
        Take(chunks, steps: 2);
        Take(chunks, steps: 12);
    }

    private static void Take(ReadOnlySpan<byte> chunks, int steps)
    {
        var listener = new Silent();
        var options = new SctpOptions { EnableMessageInterleaving = steps % 4 == 0, ReceiveWindowBytes = 65_536 };
        var a = new SctpAssociation(options, listener, new SeededRandom(1));
        var b = new SctpAssociation(options, listener, new SeededRandom(2));
        byte[] buffer = new byte[1_191];
        uint tagOfB = 0;
        a.Connect(0);
        a.TrySend(1, 51, new byte[4_000], new SctpSendOptions(Ordered: true, MaxRetransmits: 0), 0);
        for (int step = 0; step < steps; step++)
        {
            tagOfB = Move(a, b, buffer, step * StepUs, tagOfB);
            Move(b, a, buffer, step * StepUs, 0);
        }

        byte[] packet = [.. new byte[PacketView.HeaderLength], .. chunks];
        bool isInit = chunks.Length > 0 && chunks[0] == (byte)ChunkType.Init;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), isInit ? 0 : tagOfB);
        Crc32c.WriteField(packet, Crc32c.ComputePacket(packet));
        for (int step = steps; step < steps + 6; step++)
        {
            b.HandleDatagram(packet, step * StepUs);
            Move(b, a, buffer, step * StepUs, 0);
            Move(a, b, buffer, step * StepUs, 0);
            b.HandleDeadline(step * StepUs * 100);
        }

        a.Abort("over");
        b.Abort("over");
        if (a.Buffers.InUseBytes + b.Buffers.InUseBytes != 0)
            throw new InvalidOperationException("memory was not given back");
    }

    private static uint Move(SctpAssociation from, SctpAssociation to, byte[] buffer, long nowUs, uint tag)
    {
        int count = 0;
        while (from.TryGetOutgoing(buffer, nowUs, out int length))
        {
            if (++count > 200)
                throw new InvalidOperationException("an association does not stop sending");

            uint packetTag = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
            tag = packetTag == 0 ? tag : packetTag;
            to.HandleDatagram(buffer.AsSpan(0, length), nowUs);
        }

        return tag;
    }

    private sealed class Silent : ISctpListener
    {
        public void OnSctpStateChanged(SctpState state)
        {
        }

        public void OnSctpCapabilities(in SctpCapabilities capabilities)
        {
        }

        public void OnSctpMessage(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload)
        {
        }

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
