using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Rtc.Rtp;
using Rtc.Streams;

namespace Rtc.Routing;

/// <summary>
/// Writes a producer's packets as its consumers see them: payload type and SSRC renamed, and the header extensions that
/// are forwarded, by the ids of <see cref="ForwardedExtensionIds"/> and in one order, with room for those that differ
/// from consumer to consumer.
/// </summary>
internal sealed class PacketMapper
{
    private const int AbsCaptureTimeLength = 16;
    private const byte NoPayloadType = 0xff;

    private readonly RouterEnvironment _environment;
    private readonly CaptureClock _clock;
    private readonly bool _isAudio;
    private readonly bool _addPacketId;
    private readonly RtpHeaderExtensionIds _ids;
    private readonly byte[] _payloadTypes = new byte[128];
    private readonly byte[] _scratch = new byte[RtpExtensionList.ScratchLength];

    public PacketMapper(RouterEnvironment environment, ProducerOptions options, CaptureClock clock)
    {
        _environment = environment;
        _clock = clock;
        _isAudio = options.Kind == MediaKind.Audio;
        _addPacketId = options.EnablePacketId;
        _ids = options.RtpParameters.HeaderExtensionIds;
        for (byte i = 0; i < _payloadTypes.Length; i++)
            _payloadTypes[i] = options.RtpMapping.TryMapPayloadType(i, out byte mapped) ? mapped : NoPayloadType;
    }

    /// <summary>Whether a payload type has a mapping.</summary>
    public bool Knows(byte payloadType) => _payloadTypes[payloadType] != NoPayloadType;

    /// <summary>Writes a packet whose payload type has a mapping; false when there is no memory for it.</summary>
    public bool TryMap(
        in RtpPacketView packet, uint mappedSsrc, long nowUs, [NotNullWhen(true)] out RtpPacket? mapped)
    {
        var extensions = new RtpExtensionList(_scratch);
        extensions.AddMid(ForwardedExtensionIds.Mid);
        AddAbsCaptureTime(packet, ref extensions);
        Forward(packet, _ids.PlayoutDelay, ForwardedExtensionIds.PlayoutDelay, ref extensions);
        if (_isAudio)
        {
            Forward(packet, _ids.AudioLevel, ForwardedExtensionIds.AudioLevel, ref extensions);
        }
        else
        {
            extensions.AddAbsSendTime(ForwardedExtensionIds.AbsSendTime);
            extensions.AddTransportCc(ForwardedExtensionIds.TransportCc);
            Forward(packet, _ids.DependencyDescriptor, ForwardedExtensionIds.DependencyDescriptor, ref extensions);
            Forward(packet, _ids.VideoOrientation, ForwardedExtensionIds.VideoOrientation, ref extensions);
            Forward(packet, _ids.TimeOffset, ForwardedExtensionIds.TimeOffset, ref extensions);
        }

        // A packet that comes from another router may have its id already.
        if (!Forward(packet, _ids.PacketId, ForwardedExtensionIds.PacketId, ref extensions) && _addPacketId)
        {
            BinaryPrimitives.WriteUInt32BigEndian(
                extensions.Reserve(ForwardedExtensionIds.PacketId, sizeof(uint)), _environment.TakePacketId());
        }

        return _environment.Packets.TryWrite(
            packet, _payloadTypes[packet.PayloadType], mappedSsrc, extensions, nowUs, out mapped);
    }

    private static bool Forward(in RtpPacketView packet, byte id, byte forwardedId, ref RtpExtensionList extensions)
    {
        if (!packet.TryGetExtension(id, out ReadOnlySpan<byte> data))
            return false;

        extensions.Add(forwardedId, data);
        return true;
    }

    // The capture time belongs to the capturer's clock and stays. The offset tells how far that clock is ahead of the
    // sender's, and by forwarding we become the sender. Until the sender's clock is known it is taken to be ours.
    private void AddAbsCaptureTime(in RtpPacketView packet, ref RtpExtensionList extensions)
    {
        if (!packet.TryGetAbsCaptureTime(_ids.AbsCaptureTime, out ulong captureTime, out long clockOffset))
            return;

        long aheadOfSenderUs = _clock.OffsetUs is { } offsetUs ? offsetUs + _environment.Clock.UnixOffsetUs : 0;
        if (!NtpTime.TryMicrosecondsToQ32(aheadOfSenderUs, out long aheadOfSender))
            return;

        Span<byte> data = extensions.Reserve(ForwardedExtensionIds.AbsCaptureTime, AbsCaptureTimeLength);
        BinaryPrimitives.WriteUInt64BigEndian(data, captureTime);
        BinaryPrimitives.WriteInt64BigEndian(data[sizeof(ulong)..], clockOffset - aheadOfSender);
    }
}
