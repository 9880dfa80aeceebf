using System.Buffers.Binary;
using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Association;

/// <summary>The graceful end (RFC 9260 section 9.2).</summary>
public sealed partial class SctpAssociation
{
    /// <summary>
    /// Shuts down: nothing more is taken, what is queued is sent and acknowledged, then both sides end. Before the
    /// association is up this is <see cref="Abort"/>.
    /// </summary>
    public void Close(long nowUs)
    {
        if (_state < AssociationState.Established)
        {
            Abort("closed before it was up");
        }
        else if (_state == AssociationState.Established)
        {
            _state = AssociationState.ShutdownPending;
            ChangeState(SctpState.ShuttingDown);
            AdvanceShutdown(nowUs);
        }
    }

    private void AdvanceShutdown(long nowUs)
    {
        if (_state is not (AssociationState.ShutdownPending or AssociationState.ShutdownReceived) ||
            !_sender.IsAllAcknowledged || !_queue.IsEmpty)
        {
            return;
        }

        if (_state == AssociationState.ShutdownPending)
        {
            _state = AssociationState.ShutdownSent;
            _isShutdownDue = true;
        }
        else
        {
            _state = AssociationState.ShutdownAckSent;
            _isShutdownAckDue = true;
        }

        _t2.Start(_options.T2ShutdownMs, _options.MaxRetransmissions, nowUs);
    }

    private void HandleShutdown(in ChunkView chunk, long nowUs)
    {
        if (!IsUp || chunk.Value.Length < sizeof(uint))
        {
            _counters.InvalidChunks++;
            return;
        }

        AcknowledgeUpTo(BinaryPrimitives.ReadUInt32BigEndian(chunk.Value), nowUs);
        switch (_state)
        {
            case AssociationState.Established:
                _state = AssociationState.ShutdownReceived;
                ChangeState(SctpState.ShuttingDown);
                break;
            case AssociationState.ShutdownPending:
                _state = AssociationState.ShutdownReceived;
                break;
            case AssociationState.ShutdownSent:
                // Both sides began: each acknowledges the other's.
                _state = AssociationState.ShutdownAckSent;
                _isShutdownDue = false;
                _isShutdownAckDue = true;
                _t2.Start(_options.T2ShutdownMs, _options.MaxRetransmissions, nowUs);
                break;
            case AssociationState.ShutdownAckSent:
                _isShutdownAckDue = true;
                break;
        }
    }

    private void HandleShutdownAck()
    {
        if (_state is not (AssociationState.ShutdownSent or AssociationState.ShutdownAckSent))
            return;

        QueueReply(_peer.Tag, ChunkType.ShutdownComplete, 0, default);
        End(SctpState.Closed, "shut down");
    }

    // SHUTDOWN acknowledges as a SACK without gaps does.
    private void AcknowledgeUpTo(uint cumulativeTsn, long nowUs)
    {
        const int Length = PacketView.HeaderLength + ChunkView.HeaderLength + SackChunkView.FixedLength;
        Span<byte> buffer = stackalloc byte[Length];
        var packet = new PacketWriter(buffer, Length, 0, 0, 0);
        ChunkWriter.AddSack(ref packet, cumulativeTsn, _sender.PeerWindow, default, default);
        HandleSack(new ChunkView(buffer[PacketView.HeaderLength..]), nowUs);
    }
}
