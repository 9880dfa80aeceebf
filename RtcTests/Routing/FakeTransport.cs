using Rtc.Routing;
using Rtc.Rtcp;
using Rtc.Rtp;

namespace RtcTests.Routing;

/// <summary>A transport without a network: writes what is sent into memory and keeps it.</summary>
internal sealed class FakeTransport(Room room, string id) : IProducerTransport, IConsumerTransport, IRouterTransport
{
    private const ushort TransportCc = 7;

    private readonly byte[] _room = new byte[2048];

    public string Id { get; } = id;

    public RtpListener RtpListener { get; } = new();

    public CaptureClocks CaptureClocks { get; } = new();

    public List<Producer> Producers { get; } = [];

    public List<Consumer> Consumers { get; } = [];

    public List<byte[]> SentRtp { get; } = [];

    public List<RtpSendKind> SentKinds { get; } = [];

    public List<byte[]> SentRtcp { get; } = [];

    /// <summary>Takes the place of keeping what is sent.</summary>
    public Action<byte[], RtpSendKind>? OnRtp { get; set; }

    /// <summary>Takes the place of keeping what is sent.</summary>
    public Action<byte[]>? OnRtcp { get; set; }

    /// <summary>Gives out bitrate.</summary>
    public Action<Consumer>? OnBitrateNeed { get; set; }

    /// <summary>Whether what is sent is written and forgotten, without allocating.</summary>
    public bool IsSink { get; set; }

    public long SinkBytes { get; private set; }

    public ushort SendRtp(Consumer consumer, in OutgoingRtp packet, RtpSendKind kind, long nowUs)
    {
        Send(packet, kind);
        return TransportCc;
    }

    public void SendRtcp(ReadOnlySpan<byte> rtcp, long nowUs)
    {
        if (OnRtcp is not null)
            OnRtcp(rtcp.ToArray());
        else
            SentRtcp.Add(rtcp.ToArray());
    }

    public void OnBitrateNeedChanged(Consumer consumer, long nowUs) => OnBitrateNeed?.Invoke(consumer);

    public void OnConsumerClosed(Consumer consumer, long nowUs)
    {
        Consumers.Remove(consumer);
        room.Events.Add($"{Id} forgets {consumer.Id}");
    }

    public void Close(long nowUs)
    {
        foreach (Producer producer in Producers)
            room.Router.CloseProducer(producer, nowUs);

        foreach (Consumer consumer in Consumers)
            room.Router.CloseConsumer(consumer);
    }

    public ProducerPacketVerdict? Receive(byte[] packet, long nowUs) =>
        RtpPacketView.TryParse(packet, out RtpPacketView view)
            ? RtpListener.Find(view, Room.MidId, Room.RidId, Room.RepairedRidId)?.ReceiveRtp(view, nowUs)
            : null;

    /// <summary>Hands RTCP to the consumers, as a transport does.</summary>
    public void ReceiveRtcp(byte[] compound, long nowUs)
    {
        var reader = new RtcpReader(compound);
        while (reader.MoveNext())
        {
            foreach (Consumer consumer in Consumers)
            {
                uint ssrc = consumer.RtpParameters.Encodings[0].Ssrc!.Value;
                if (reader.Current.Kind == RtcpPacketKind.Nack && reader.Current.AsNack().Header.MediaSsrc == ssrc)
                    consumer.OnNack(reader.Current.AsNack(), nowUs);
                else if (reader.Current.Kind == RtcpPacketKind.Pli && reader.Current.AsFeedback().MediaSsrc == ssrc)
                    consumer.OnKeyFrameRequest(KeyFrameRequestKind.Pli, ssrc, nowUs);
            }
        }
    }

    public int CountRtcp(RtcpPacketKind kind)
    {
        int count = 0;
        foreach (byte[] rtcp in SentRtcp)
        {
            foreach (RtcpPacketView packet in new RtcpReader(rtcp))
                count += packet.Kind == kind ? 1 : 0;
        }

        return count;
    }

    public RtpPacketView Sent(int index) => RtpPacketView.TryParse(SentRtp[index], out RtpPacketView view)
        ? view
        : throw new InvalidOperationException("what was sent is no RTP packet");

    private void Send(in OutgoingRtp packet, RtpSendKind kind)
    {
        int length = packet.WriteHeader(_room, absSendTime: 0xABCDEF, TransportCc);
        length += packet.WritePayload(_room.AsSpan(length));
        if (IsSink)
        {
            SinkBytes += length;
            return;
        }

        byte[] bytes = _room.AsSpan(0, length).ToArray();
        if (OnRtp is not null)
        {
            OnRtp(bytes, kind);
            return;
        }

        SentRtp.Add(bytes);
        SentKinds.Add(kind);
    }
}
