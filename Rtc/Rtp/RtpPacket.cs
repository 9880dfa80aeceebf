using System.Runtime.CompilerServices;
using Rtc.Buffers;
using Rtc.Rtp.Codecs;

namespace Rtc.Rtp;

/// <summary>
/// The packet that a producer hands to all of its consumers: plaintext in pooled, pinned memory, shared by counting
/// references, with the facts that consumers need beside the bytes. Its bytes never change once it is written; a
/// consumer says what differs with an <see cref="OutgoingRtp"/>. The object is pooled together with its memory.
/// </summary>
public sealed class RtpPacket
{
    /// <summary>The value of a time that is not known.</summary>
    public const long NoTime = long.MinValue;

    private readonly RtpPacketPool _pool;
    private PacketBuffer? _buffer;
    private bool _isInUse;
    private long _receivedAtUs;

    internal RtpPacket(RtpPacketPool pool, int number)
    {
        _pool = pool;
        Number = number;
    }

    /// <summary>The SSRC that the producer mapped it to.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>The sequence number.</summary>
    public ushort SequenceNumber { get; private set; }

    /// <summary>The timestamp, in ticks of the codec's clock.</summary>
    public uint Timestamp { get; private set; }

    /// <summary>The marker bit.</summary>
    public bool Marker { get; private set; }

    /// <summary>The payload type that the producer mapped it to.</summary>
    public byte PayloadType { get; private set; }

    /// <summary>Bytes in front of the payload.</summary>
    public int HeaderLength { get; private set; }

    /// <summary>Bytes of the payload. Padding is not kept.</summary>
    public int PayloadLength { get; private set; }

    /// <summary>Bytes of header and payload.</summary>
    public int Length => HeaderLength + PayloadLength;

    /// <summary>
    /// Where in the header the <see cref="RtpExtensionList.MidRoom"/> bytes for a MID stand; -1 when there are none.
    /// </summary>
    public int MidOffset { get; private set; } = -1;

    /// <summary>Where in the header the 3 bytes of the absolute send time stand; -1 when there are none.</summary>
    public int AbsSendTimeOffset { get; private set; } = -1;

    /// <summary>
    /// Where in the header the 2 bytes of the transport-wide sequence number stand; -1 when there are none.
    /// </summary>
    public int TransportCcOffset { get; private set; } = -1;

    /// <summary>What the payload says about itself; set by the producer before anybody else sees the packet.</summary>
    public PayloadDescriptor Descriptor { get; set; }

    /// <summary>Whether a receiver can start here.</summary>
    public bool IsKeyFrame => Descriptor.IsKeyFrame;

    /// <summary>The spatial layer, 0 when the codec has none.</summary>
    public byte SpatialLayer => Descriptor.SpatialLayer;

    /// <summary>The temporal layer, 0 when the codec has none.</summary>
    public byte TemporalLayer => Descriptor.TemporalLayer;

    /// <summary>When it arrived, in monotonic microseconds.</summary>
    public long ReceivedAtUs
    {
        get => _receivedAtUs;
        set
        {
            _receivedAtUs = value;
            ReceivedAbsSendTime = NtpTime.ToAbsSendTime(value);
        }
    }

    /// <summary>The same as an absolute send time, computed once for all consumers.</summary>
    public uint ReceivedAbsSendTime { get; private set; }

    /// <summary>
    /// When its media was captured, by our monotonic clock in microseconds; <see cref="NoTime"/> when not known.
    /// </summary>
    public long CaptureAtUs { get; set; } = NoTime;

    /// <summary>
    /// The same by the sender's clock, in microseconds since 1970; <see cref="NoTime"/> when not known. Known earlier
    /// than <see cref="CaptureAtUs"/>, and enough to join streams of one sender.
    /// </summary>
    public long SenderTimeUs { get; set; } = NoTime;

    /// <summary>Header and payload.</summary>
    public ReadOnlySpan<byte> Bytes => Memory[..Length];

    /// <summary>Fixed header, contributing sources and header extension.</summary>
    public ReadOnlySpan<byte> Header
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Memory[..HeaderLength];
    }

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Memory.Slice(HeaderLength, PayloadLength);
    }

    /// <summary>How many references are held.</summary>
    public int ReferenceCount => _isInUse ? Buffer.ReferenceCount : 0;

    /// <summary>Its number in its pool, from 1 on, for whoever keeps so many that references would be a burden.</summary>
    internal int Number { get; }

    internal RtpPacketPool Pool => _pool;

    internal bool IsTwoByteForm { get; private set; }

    internal Span<byte> Memory
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Buffer.Span;
    }

    private PacketBuffer Buffer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _isInUse ? _buffer! : throw Free();
    }

    /// <summary>Sees the packet as a parsed one, for what is not kept beside the bytes.</summary>
    public RtpPacketView AsView() => RtpPacketView.TryParse(Memory[..Length], out RtpPacketView view)
        ? view
        : throw new InvalidOperationException("a packet of our own cannot be parsed");

    /// <summary>Takes one more reference, which ends with a <see cref="Release"/> for the same purpose.</summary>
    /// <exception cref="InvalidOperationException">No reference is held any more.</exception>
    public void AddReference(BufferPurpose purpose) => Buffer.AddReference(purpose);

    /// <summary>Gives a reference back. Nothing of the packet may be read after one's last.</summary>
    /// <exception cref="InvalidOperationException">More was given back than taken.</exception>
    public void Release(BufferPurpose purpose)
    {
        PacketBuffer buffer = Buffer;
        if (!buffer.Release(purpose))
            return;

        _isInUse = false;
        if (ReferenceEquals(buffer.Companion, this))
            return;

        _buffer = null;
        _pool.Return(this);
    }

    /// <summary>Gives a packet that has none its memory.</summary>
    internal void Attach(PacketBuffer buffer) => _buffer = buffer;

    internal void Fill(
        in RtpPacketView source, byte payloadType, uint ssrc, in RtpHeaderLayout header)
    {
        _isInUse = true;
        Ssrc = ssrc;
        SequenceNumber = source.SequenceNumber;
        Timestamp = source.Timestamp;
        Marker = source.Marker;
        PayloadType = payloadType;
        HeaderLength = header.Length;
        PayloadLength = source.PayloadLength;
        MidOffset = header.MidOffset;
        AbsSendTimeOffset = header.AbsSendTimeOffset;
        TransportCcOffset = header.TransportCcOffset;
        IsTwoByteForm = header.IsTwoByteForm;
        Descriptor = default;
        CaptureAtUs = NoTime;
        SenderTimeUs = NoTime;
    }

    private static InvalidOperationException Free() => new("an RTP packet was used after its last release");
}
