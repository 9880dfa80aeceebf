using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Send;

/// <summary>How messages are given up and the peer is told (RFC 3758 section 3.5, RFC 8260 section 2.3).</summary>
internal sealed partial class DataSender
{
    private const int MaxSkipped = 256;

    private readonly SkippedStream[] _skipped = new SkippedStream[MaxSkipped];
    private uint _advancedTsn;
    private bool _isForwardDue;

    // Gives up all chunks of a message that was sent in part or wholly.
    private void Abandon(OutgoingMessage message)
    {
        _counters.AbandonedMessages++;
        message.IsAbandoned = true;
        message.References++;
        for (uint tsn = message.FirstTsn; tsn != message.LastTsn + 1; tsn++)
        {
            if (!_chunks.Contains(tsn) || _chunks[tsn].Message != message)
                continue;

            ref OutstandingChunk chunk = ref _chunks[tsn];
            if (chunk.State == ChunkState.InFlight)
            {
                _flightBytes -= SizeOf(chunk);
                _flightPayload -= chunk.Length;
            }
            else if (chunk.State == ChunkState.Lost)
            {
                _lostCount--;
            }

            chunk.State = ChunkState.Abandoned;
            LetGo(ref chunk);
        }

        if (queue.TryDiscardRest(message, IsInterleaved))
            AddPlaceholder(message);

        queue.Release(message);
    }

    // All that was sent of the message may be acknowledged already: a TSN that is never sent lets the peer be told.
    private void AddPlaceholder(OutgoingMessage message)
    {
        ref OutstandingChunk chunk = ref _chunks.Add();
        chunk.State = ChunkState.Abandoned;
        chunk.StreamId = message.StreamId;
        chunk.IsUnordered = message.IsUnordered;
        chunk.MessageId = message.MessageId;
    }

    // Moves the Advanced.Peer.Ack.Point and wants the peer told while it does not follow.
    private void UpdateAdvancedTsn()
    {
        _advancedTsn = _chunks.CumulativeTsn;
        while (_chunks.Contains(_advancedTsn + 1) && _chunks[_advancedTsn + 1].State == ChunkState.Abandoned)
            _advancedTsn++;

        _isForwardDue = _advancedTsn != _chunks.CumulativeTsn;
    }

    private void AppendForwardTsn(ref PacketWriter packet)
    {
        if (!_isForwardDue)
            return;

        int entry = IsInterleaved ? ForwardTsnChunkView.InterleavedEntryLength : ForwardTsnChunkView.EntryLength;
        int room = packet.Room - ChunkView.HeaderLength - ForwardTsnChunkView.FixedLength;
        if (room < entry)
            return;

        int maxCount = Math.Min(room / entry, MaxSkipped);
        int count = 0;
        uint newCumulative = _chunks.CumulativeTsn;
        while (newCumulative != _advancedTsn && TrySkip(_chunks[newCumulative + 1], ref count, maxCount))
            newCumulative++;

        ChunkWriter.AddForwardTsn(ref packet, IsInterleaved, newCumulative, _skipped.AsSpan(0, count));
        _isForwardDue = false;
    }

    private bool TrySkip(in OutstandingChunk chunk, ref int count, int maxCount)
    {
        // Without interleaving unordered messages are found by their TSNs.
        if (chunk.IsUnordered && !IsInterleaved)
            return true;

        for (int i = 0; i < count; i++)
        {
            if (_skipped[i].StreamId == chunk.StreamId && _skipped[i].IsUnordered == chunk.IsUnordered)
            {
                _skipped[i] = _skipped[i] with { MessageId = chunk.MessageId };
                return true;
            }
        }

        if (count == maxCount)
            return false;

        _skipped[count++] = new SkippedStream(chunk.StreamId, chunk.IsUnordered, chunk.MessageId);
        return true;
    }
}
