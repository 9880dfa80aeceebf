using Rtc.Sctp.Packet;
using Rtc.Sctp.Receive;

namespace Rtc.Sctp.Association;

/// <summary>What is sent.</summary>
public sealed partial class SctpAssociation
{
    private const int MaxCauseLength = 512;

    /// <summary>Writes the next packet. False when there is none.</summary>
    /// <param name="destination">At least <see cref="SctpOptions.Mtu"/> bytes.</param>
    /// <param name="nowUs">Monotonic time in microseconds.</param>
    /// <param name="length">How many bytes were written.</param>
    public bool TryGetOutgoing(Span<byte> destination, long nowUs, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, _options.Mtu);
        if (!_control.TryTakePacket(destination, out length) && !TryWriteInit(destination, out length) &&
            !TryWritePacket(destination, nowUs, out length))
        {
            return false;
        }

        _counters.PacketsSent++;
        AdvanceShutdown(nowUs);
        TellLowAmounts();
        return true;
    }

    private bool TryWriteInit(Span<byte> destination, out int length)
    {
        length = 0;
        if (!_isInitDue)
            return false;

        _isInitDue = false;
        Span<byte> parameters = stackalloc byte[64];
        var writer = new ParameterWriter(parameters);
        AddLocalParameters(ref writer);
        PacketWriter packet = BeginPacket(destination, tag: 0);
        ChunkWriter.AddInit(
            ref packet, ChunkType.Init, CreateInitFields(_localTag, _localInitialTsn), writer.Written);
        length = packet.Finish(hasZeroChecksum: false);
        return true;
    }

    private bool TryWritePacket(Span<byte> destination, long nowUs, out int length)
    {
        PacketWriter packet = BeginPacket(destination, _peer.Tag);
        // The packet that has no state to stand on keeps its checksum (RFC 9653 section 5.2).
        bool hasZeroChecksum = Capabilities.SendsZeroChecksum && !_isCookieEchoDue;
        if (_isCookieEchoDue)
        {
            _isCookieEchoDue = false;
            ChunkWriter.Add(ref packet, ChunkType.CookieEcho, 0, _peerCookie);
        }

        while (_control.TryPeekChunk(out ReadOnlySpan<byte> chunk) && packet.TryAddWhole(chunk))
            _control.RemoveChunk();

        if (IsUp)
            AddPeerChunks(ref packet, nowUs);

        length = packet.IsEmpty ? 0 : packet.Finish(hasZeroChecksum);
        return length > 0;
    }

    private void AddPeerChunks(ref PacketWriter packet, long nowUs)
    {
        if (_isShutdownDue && _state == AssociationState.ShutdownSent)
        {
            ChunkWriter.AddShutdown(ref packet, _received.CumulativeTsn);
            _isShutdownDue = false;
        }

        if (_isShutdownAckDue && _state == AssociationState.ShutdownAckSent)
        {
            ChunkWriter.Add(ref packet, ChunkType.ShutdownAck);
            _isShutdownAckDue = false;
        }

        _outgoingReset.Append(ref packet, _sender.NextTsn, _incomingReset.LastRequestNumber, nowUs);
        if (_sacks.IsDue || (_sacks.IsWanted && (_sender.IsReady || !packet.IsEmpty)))
            AddSack(ref packet);

        _sender.Append(ref packet, nowUs);
    }

    private void AddSack(ref PacketWriter packet)
    {
        const int Longest = ChunkView.HeaderLength + SackChunkView.FixedLength + (TsnTracker.MaxReported * 8);
        if (packet.Room < Longest)
            return;

        Span<GapBlock> blocks = stackalloc GapBlock[TsnTracker.MaxReported];
        int count = _received.GetGapBlocks(blocks);
        ChunkWriter.AddSack(
            ref packet,
            _received.CumulativeTsn,
            _reassembly.AdvertisedWindow,
            blocks[..count],
            _received.Duplicates);
        _received.ClearDuplicates();
        _sacks.OnSent();
    }

    private PacketWriter BeginPacket(Span<byte> destination, uint tag) =>
        new(destination, _options.Mtu, _options.LocalPort, _options.RemotePort, tag);

    private void QueuePacket(ReadOnlySpan<byte> packet)
    {
        if (!_control.TryAddPacket(packet))
            _counters.DroppedControlChunks++;
    }

    private void QueueChunk(ChunkType type, ReadOnlySpan<byte> value)
    {
        const int Overhead = PacketView.HeaderLength + ChunkView.HeaderLength;
        Span<byte> buffer = stackalloc byte[Overhead + Tlv.Padded(value.Length)];
        var packet = new PacketWriter(buffer, buffer.Length, 0, 0, 0);
        ChunkWriter.Add(ref packet, type, 0, value);
        ReadOnlySpan<byte> chunk =
            buffer.Slice(PacketView.HeaderLength, ChunkView.HeaderLength + value.Length);
        if (!_control.TryAddChunk(chunk))
            _counters.DroppedControlChunks++;
    }

    private void QueueError(ErrorCauseCode cause, ReadOnlySpan<byte> info)
    {
        Span<byte> causes = stackalloc byte[ParameterView.HeaderLength + MaxCauseLength];
        var writer = new ParameterWriter(causes);
        writer.TryAdd(cause, info[..Math.Min(info.Length, MaxCauseLength)]);
        QueueChunk(ChunkType.Error, writer.Written);
    }

    private void QueueAbort(ErrorCauseCode cause, ReadOnlySpan<byte> info) =>
        QueueReplyWithCause(_peer.Tag, cause, info);

    private void QueueReplyWithCause(
        uint tag, ErrorCauseCode cause, ReadOnlySpan<byte> info, ChunkType type = ChunkType.Abort)
    {
        Span<byte> causes = stackalloc byte[ParameterView.HeaderLength + MaxCauseLength];
        var writer = new ParameterWriter(causes);
        writer.TryAdd(cause, info[..Math.Min(info.Length, MaxCauseLength)]);
        QueueReply(tag, type, 0, writer.Written);
    }

    // A packet with a tag of its own, and always with a checksum: nothing was negotiated with whom it is for.
    private void QueueReply(uint tag, ChunkType type, byte flags, ReadOnlySpan<byte> value)
    {
        const int Overhead = PacketView.HeaderLength + ChunkView.HeaderLength;
        Span<byte> buffer = stackalloc byte[Overhead + Tlv.Padded(value.Length)];
        var packet = new PacketWriter(buffer, buffer.Length, _options.LocalPort, _options.RemotePort, tag);
        ChunkWriter.Add(ref packet, type, flags, value);
        QueuePacket(buffer[..packet.Finish(hasZeroChecksum: false)]);
    }
}
