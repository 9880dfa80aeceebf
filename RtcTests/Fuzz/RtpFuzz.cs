using Rtc.Buffers;
using Rtc.Rtp;

namespace RtcTests.Fuzz;

/// <summary>
/// Any bytes may be taken for RTP: what is parsed can be read to the last field, written as a shared packet, and that
/// packet parses to the same.
/// </summary>
internal static class RtpFuzz
{
    private static readonly ThreadLocal<RtpPacketPool> Pool = new(() => new RtpPacketPool(new PacketPool()));

    public static void Fuzz(ReadOnlySpan<byte> data)
    {
        byte[] copy = data.ToArray();
        if (!RtpPacketView.TryParse(copy, out RtpPacketView view))
            return;

        Check(view.Length == copy.Length, "lengths do not add up");
        var list = new RtpExtensionList(new byte[65536]);
        list.AddMid(1);
        list.AddAbsSendTime(4);
        list.AddTransportCc(5);
        ReadAll(view, ref list);
        if (view.TryUnwrapRtx(96, 1, out RtpPacketView media))
            Check(media.PayloadLength == view.PayloadLength - 2 && media.Payload.Length >= 0, "RTX is unwrapped wrongly");

        WriteAndReadBack(view, list);
    }

    private static void ReadAll(in RtpPacketView view, ref RtpExtensionList list)
    {
        _ = view.Csrcs.Length;
        for (int id = 0; id <= byte.MaxValue; id++)
        {
            byte key = (byte)id;
            if (view.TryGetExtension(key, out ReadOnlySpan<byte> element) && list.WireLength < 60_000)
                list.Add(key, element);
            view.TryGetMid(key, out _);
            view.TryGetRid(key, key, out _);
            view.TryGetAbsSendTime(key, out _);
            view.TryGetTransportCc(key, out _);
            view.TryGetAudioLevel(key, out _, out _);
            view.TryGetVideoOrientation(key, out _);
            view.TryGetTimeOffset(key, out _);
            view.TryGetAbsCaptureTime(key, out _, out _);
            view.TryGetPlayoutDelay(key, out _, out _);
            view.TryGetPacketId(key, out _);
        }
    }

    private static void WriteAndReadBack(in RtpPacketView view, in RtpExtensionList list)
    {
        RtpPacketPool pool = Pool.Value!;
        if (!pool.TryWrite(view, 100, 7, list, nowUs: 1, out RtpPacket? packet))
        {
            Check(view.Length + list.WireLength > PacketPool.LargeCapacity, "a packet that fits was refused");
            return;
        }

        bool isAboveDatagram = packet.Length > ushort.MaxValue;
        Check(
            isAboveDatagram || packet.AsView().Payload.SequenceEqual(view.Payload),
            "the payload differs after writing");
        packet.Release(BufferPurpose.Forwarding);
        Check(pool.Memory.InUseCount == 0, "memory was not given back");
    }

    private static void Check(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }
}
