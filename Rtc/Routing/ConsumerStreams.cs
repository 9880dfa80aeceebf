using System.Text;
using Rtc.Routing.Forwarding;
using Rtc.Rtcp;
using Rtc.Rtp;
using Rtc.Seams;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>The streams that a consumer sends: one, or as many as the producer has where it is a pipe.</summary>
internal sealed class ConsumerStreams
{
    private const uint MinFirstSequenceNumber = 1000;
    private const uint MaxFirstSequenceNumber = 32_767;

    private readonly ConsumerStream[] _streams;
    private long _lastRtcpUs = RtcpPace.LongAgoUs;
    private int _nextRtcpStream;

    /// <summary>Makes the streams of a consumer, whose type and preferred layers are known.</summary>
    public ConsumerStreams(Consumer consumer, ConsumerOptions options, RouterEnvironment environment)
    {
        var mid = new RtpMid(Encoding.UTF8.GetBytes(options.RtpParameters.Mid));
        int count = consumer.Type == RtpParametersType.Pipe ? options.RtpParameters.Encodings.Count : 1;
        _streams = new ConsumerStream[count];
        for (int i = 0; i < _streams.Length; i++)
            _streams[i] = Create(consumer, options, environment, i, mid);
    }

    /// <summary>The only one, where the consumer is no pipe.</summary>
    public ConsumerStream First => _streams[0];

    /// <summary>The longest round trip to the receiver in microseconds; 0 while none is known.</summary>
    public long RoundTripUs
    {
        get
        {
            long longest = 0;
            foreach (ConsumerStream stream in _streams)
                longest = Math.Max(longest, stream.Sender.RoundTripUs);
            return longest;
        }
    }

    /// <summary>What the receiver loses of the stream of which it loses most, in 256ths.</summary>
    public byte FractionLost
    {
        get
        {
            byte worst = 0;
            foreach (ConsumerStream stream in _streams)
                worst = Math.Max(worst, stream.Sender.FractionLost);

            return worst;
        }
    }

    /// <summary>The stream of a media SSRC; null when it is none of these.</summary>
    public ConsumerStream? Find(uint ssrc)
    {
        foreach (ConsumerStream stream in _streams)
        {
            if (stream.Sender.Ssrc == ssrc)
                return stream;
        }

        return null;
    }

    /// <summary>The stream of an SSRC of media or of retransmissions; null when it is none of these.</summary>
    public ConsumerStream? FindMediaOrRtx(uint ssrc)
    {
        foreach (ConsumerStream stream in _streams)
        {
            if (stream.Sender.Ssrc == ssrc || stream.Sender.Parameters.RtxSsrc == ssrc)
                return stream;
        }

        return null;
    }

    /// <summary>Takes a packet of the producer to whichever streams forward it.</summary>
    public void Process(RtpPacket packet, bool isSupported, long nowUs)
    {
        if (_streams.Length == 1)
            _streams[0].Process(packet, isSupported, nowUs);
        else
            ProcessPiped(packet, isSupported, nowUs);
    }

    private void ProcessPiped(RtpPacket packet, bool isSupported, long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
        {
            if (stream.Strategy.IsCurrent(packet))
                stream.Process(packet, isSupported, nowUs);
        }
    }

    /// <summary>A stream of the producer exists, began or changed its score.</summary>
    public void Note(in ProducerStreamInfo info)
    {
        foreach (ConsumerStream stream in _streams)
            stream.Strategy.Note(info);
    }

    /// <summary>What was noted may lead to other layers.</summary>
    public void Reconsider(long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
            stream.Strategy.Reconsider(isUrgent: false, nowUs);
    }

    /// <summary>The consumer is active from now on.</summary>
    public void Begin(long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
            stream.Strategy.Begin(nowUs);
    }

    /// <summary>The consumer is not active any more.</summary>
    public void Interrupt()
    {
        foreach (ConsumerStream stream in _streams)
        {
            stream.Pause();
            stream.Strategy.Interrupt();
        }
    }

    /// <summary>Nothing that waits is sent.</summary>
    public void ReleaseHeld()
    {
        foreach (ConsumerStream stream in _streams)
            stream.ReleaseHeld();
    }

    /// <summary>Gives all memory back.</summary>
    public void Close()
    {
        foreach (ConsumerStream stream in _streams)
            stream.Close();
    }

    /// <summary>Asks for key frames of what is forwarded.</summary>
    public void RequestKeyFrame(long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
            stream.Strategy.RequestKeyFrame(nowUs);
    }

    /// <summary>Takes a receiver's reference time, which is about all streams.</summary>
    public void OnReceiverReferenceTime(NtpTime time, long nowUs)
    {
        foreach (ConsumerStream stream in _streams)
            stream.Sender.OnReceiverReferenceTime(time, nowUs);
    }

    /// <summary>
    /// Adds the sender reports that are due. False when they do not fit any more: the writer has to be sent and cleared,
    /// and asked again.
    /// </summary>
    public bool TryAppendRtcp(CompoundRtcpWriter writer, long nowUs)
    {
        if (!RtcpPace.IsDue(_lastRtcpUs, nowUs))
            return true;

        for (; _nextRtcpStream < _streams.Length; _nextRtcpStream++)
        {
            RtpSendStream sender = _streams[_nextRtcpStream].Sender;
            if (sender.TryCreateSenderReport(nowUs, out SenderReport report)
                && !writer.TryAddSender(report, sender.Cname, sender.GetDelaySinceLastReceiverReport(nowUs)))
            {
                return false;
            }
        }

        _nextRtcpStream = 0;
        _lastRtcpUs = nowUs;
        return true;
    }

    /// <summary>Bits per second that are sent.</summary>
    public long GetBitrate(long nowUs)
    {
        long bitrate = 0;
        foreach (ConsumerStream stream in _streams)
            bitrate += stream.Sender.GetBitrate(nowUs);

        return bitrate;
    }

    /// <summary>Snapshots for dumps.</summary>
    public IReadOnlyList<RtpStreamDump> Dump() => _streams.Map(stream => stream.Sender.Dump());

    /// <summary>Snapshots of what was sent.</summary>
    public List<RtpStreamStats> GetStats(long nowUs)
    {
        // One more for the producer's.
        var stats = new List<RtpStreamStats>(_streams.Length + 1);
        foreach (ConsumerStream stream in _streams)
            stats.Add(stream.Sender.GetStats(nowUs));

        return stats;
    }

    private static ConsumerStream Create(
        Consumer consumer, ConsumerOptions options, RouterEnvironment environment, int index, RtpMid mid)
    {
        RtpEncodingParameters encoding = options.RtpParameters.Encodings[index];
        var parameters = RtpStreamParameters.Create(options.RtpParameters, index, encoding.Ssrc!.Value, rid: "");
        if (encoding.RtxSsrc is { } rtxSsrc && options.RtpParameters.GetRtxCodec(encoding) is { } rtxCodec)
        {
            parameters.RtxSsrc = rtxSsrc;
            parameters.RtxPayloadType = rtxCodec.PayloadType;
        }

        IForwardingStrategy strategy = ForwardingStrategies.Create(
            consumer, consumer.Type, options, index, consumer.PreferredLayers);
        var sender = new RtpSendStream(parameters, mid, consumer, environment.Clock, environment.Random);
        uint first = environment.Random.NextBetween(MinFirstSequenceNumber, MaxFirstSequenceNumber);
        return new ConsumerStream(consumer, strategy, sender, mid, (ushort)first);
    }
}
