using Rtc.Sctp.Packet;
using Rtc.Seams;

namespace Rtc.Sctp.Send;

/// <summary>How acknowledgements are taken (RFC 9260 sections 6.2.1, 6.3.2 and 7.2.4).</summary>
internal sealed partial class DataSender
{
    /// <summary>Takes a SACK.</summary>
    public SackOutcome HandleSack(in SackChunkView sack, long nowUs)
    {
        int ahead = _chunks.Ahead(sack.CumulativeTsn);
        if (ahead < 0 || ahead > _chunks.Count || !AreGapBlocksValid(sack, _chunks.Count - ahead))
            return SackOutcome.Ignored;

        int flightBefore = _flightBytes;
        var acknowledged = new Acknowledged { NewestOrder = -1, SampleOrder = -1 };
        for (int i = 0; i < ahead; i++)
        {
            Acknowledge(ref _chunks[_chunks.FirstTsn], ref acknowledged);
            LetGo(ref _chunks[_chunks.FirstTsn]);
            _chunks.RemoveFirst();
        }

        uint highest = AcknowledgeGaps(sack, ref acknowledged);
        if (IsNewer(_chunks.FirstTsn, _lostScanTsn))
            _lostScanTsn = _chunks.FirstTsn;

        if (acknowledged.SampleOrder >= 0)
            timeout.OnMeasured(nowUs - acknowledged.SampleUs);

        if (ahead > 0)
        {
            timeout.OnProgress();
            _congestion.OnAcknowledged(
                acknowledged.Bytes, flightBefore, _chunks.CumulativeTsn, hasMore: _chunks.Count > 0);
            DeadlineUs = nowUs + timeout.TimeoutUs;
        }

        CountMisses(highest, acknowledged.NewestOrder, nowUs);
        if (_chunks.Count == 0)
            DeadlineUs = Deadline.Never;

        _peerWindow = sack.ReceiverWindow;
        _burst = Math.Min(_burst + options.MaxBurstPackets, MaxSavedBurst);
        UpdateAdvancedTsn();
        return acknowledged.Bytes > 0 || ahead > 0 ? SackOutcome.Progress : SackOutcome.NothingNew;
    }

    // Blocks ascend and do not overlap, and nobody can acknowledge what was not sent.
    private static bool AreGapBlocksValid(in SackChunkView sack, int greatestEnd)
    {
        int end = 0;
        for (int i = 0; i < sack.GapBlockCount; i++)
        {
            GapBlock block = sack.GetGapBlock(i);
            if (block.Start <= end || block.End < block.Start || block.End > greatestEnd)
                return false;

            end = block.End;
        }

        return true;
    }

    private uint AcknowledgeGaps(in SackChunkView sack, ref Acknowledged acknowledged)
    {
        uint cumulative = _chunks.CumulativeTsn;
        uint highest = cumulative;
        for (int i = 0; i < sack.GapBlockCount; i++)
        {
            GapBlock block = sack.GetGapBlock(i);
            for (uint ahead = block.Start; ahead <= block.End; ahead++)
            {
                ref OutstandingChunk chunk = ref _chunks[cumulative + ahead];
                Acknowledge(ref chunk, ref acknowledged);
                if (chunk.State != ChunkState.Abandoned)
                    chunk.State = ChunkState.Acked;
            }

            highest = cumulative + block.End;
        }

        return highest;
    }

    private void Acknowledge(ref OutstandingChunk chunk, ref Acknowledged acknowledged)
    {
        if (chunk.State is not (ChunkState.InFlight or ChunkState.Lost))
            return;

        acknowledged.Bytes += SizeOf(chunk);
        acknowledged.NewestOrder = Math.Max(acknowledged.NewestOrder, chunk.SentOrder);
        if (chunk.State == ChunkState.Lost)
        {
            // What was waited for it, until a timer expired, says nothing of the path.
            _lostCount--;
            return;
        }

        // Of a chunk that was repeated it is not known which transmission is acknowledged (Karn's rule).
        if (chunk.Retransmits == 0 && chunk.SentOrder > acknowledged.SampleOrder)
        {
            acknowledged.SampleOrder = chunk.SentOrder;
            acknowledged.SampleUs = chunk.SentUs;
        }

        _flightBytes -= SizeOf(chunk);
        _flightPayload -= chunk.Length;
    }

    // A chunk is missed by a SACK that newly acknowledges something sent after it. By order of transmission, not of
    // TSN: so a repeated chunk that is lost again is seen too, and no SACK that was under way counts against it.
    private void CountMisses(uint highestTsn, long newestOrder, long nowUs)
    {
        bool hasLost = false;
        for (uint tsn = _chunks.FirstTsn; IsNewer(highestTsn, tsn); tsn++)
        {
            ref OutstandingChunk chunk = ref _chunks[tsn];
            if (chunk.State != ChunkState.InFlight || chunk.SentOrder >= newestOrder ||
                ++chunk.Misses < MissesBeforeRetransmission)
            {
                continue;
            }

            hasLost = true;
            Lose(ref chunk, nowUs);
        }

        if (hasLost && _congestion.TryEnterFastRecovery(_chunks.NextTsn - 1))
        {
            _counters.FastRecoveries++;
            _isFastRetransmit = true;
        }
    }

    private struct Acknowledged
    {
        public int Bytes;
        public long NewestOrder;
        public long SampleOrder;
        public long SampleUs;
    }
}
