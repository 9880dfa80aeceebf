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
        bool wasInRecovery = _congestion.IsInFastRecovery;
        var acknowledged = new Acknowledged
        {
            HighestTsn = _chunks.CumulativeTsn,
            NewestOrder = -1,
            SampleOrder = -1,
        };
        for (int i = 0; i < ahead; i++)
        {
            Acknowledge(_chunks.FirstTsn, ref acknowledged);
            LetGo(ref _chunks[_chunks.FirstTsn]);
            _chunks.RemoveFirst();
        }

        uint highest = AcknowledgeGaps(sack, ref acknowledged);
        if (IsNewer(_chunks.FirstTsn, _lostScanTsn))
            _lostScanTsn = _chunks.FirstTsn;

        if (acknowledged.SampleOrder >= 0)
        {
            // Once a round trip (RFC 9260 section 6.3.1, C4).
            _sampleTsn = _chunks.NextTsn;
            timeout.OnMeasured(nowUs - acknowledged.SampleUs);
        }

        if (ahead > 0)
        {
            _congestion.OnAcknowledged(
                acknowledged.Bytes, flightBefore, _chunks.CumulativeTsn, hasMore: _chunks.Count > 0);
            DeadlineUs = nowUs + timeout.TimeoutUs;
        }

        // RFC 9260 section 7.2.4: what lies before the highest TSN that is newly acknowledged, and in fast recovery, when
        // the cumulative TSN moves, all that is reported missing.
        uint missedBelow = wasInRecovery && ahead > 0 ? highest : acknowledged.HighestTsn;
        CountMisses(highest, missedBelow, acknowledged.NewestOrder, nowUs);
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
                Acknowledge(cumulative + ahead, ref acknowledged);
                ref OutstandingChunk chunk = ref _chunks[cumulative + ahead];
                if (chunk.State != ChunkState.Abandoned)
                    chunk.State = ChunkState.Acked;
            }

            highest = cumulative + block.End;
        }

        return highest;
    }

    private void Acknowledge(uint tsn, ref Acknowledged acknowledged)
    {
        ref OutstandingChunk chunk = ref _chunks[tsn];
        if (chunk.State is not (ChunkState.InFlight or ChunkState.Lost))
            return;

        acknowledged.HighestTsn = tsn;
        acknowledged.Bytes += SizeOf(chunk);
        acknowledged.NewestOrder = Math.Max(acknowledged.NewestOrder, chunk.SentOrder);
        if (chunk.State == ChunkState.Lost)
        {
            // What was waited for it, until a timer expired, says nothing of the path.
            _lostCount--;
            return;
        }

        // Of a chunk that was repeated it is not known which transmission is acknowledged (Karn's rule).
        if (chunk.Retransmits == 0 && !IsNewer(_sampleTsn, tsn) && chunk.SentOrder > acknowledged.SampleOrder)
        {
            acknowledged.SampleOrder = chunk.SentOrder;
            acknowledged.SampleUs = chunk.SentUs;
        }

        _flightBytes -= SizeOf(chunk);
        _flightPayload -= chunk.Length;
    }

    // Counts the SACK against chunks that it misses. One that was repeated counts by order of transmission and not by
    // TSN: so it is seen without waiting for the timer when it is lost again, and no SACK that was under way when it
    // left counts against it.
    private void CountMisses(uint highestTsn, uint missedBelow, long newestOrder, long nowUs)
    {
        bool hasLost = false;
        bool isLostAgain = false;
        for (uint tsn = _chunks.FirstTsn; IsNewer(highestTsn, tsn); tsn++)
        {
            ref OutstandingChunk chunk = ref _chunks[tsn];
            bool isMissed = chunk.Retransmits > 0 ? chunk.SentOrder < newestOrder : IsNewer(missedBelow, tsn);
            if (chunk.State != ChunkState.InFlight || !isMissed || ++chunk.Misses < MissesBeforeRetransmission)
                continue;

            hasLost = true;
            isLostAgain |= chunk.Retransmits > 0 && chunk.SentOrder >= _cutOrder;
            Lose(ref chunk, nowUs);
        }

        if (!hasLost)
            return;

        if (_congestion.TryEnterFastRecovery(_chunks.NextTsn - 1))
        {
            _counters.FastRecoveries++;
            _isFastRetransmit = true;
            _cutOrder = _order;
        }
        else if (isLostAgain)
        {
            _congestion.OnRepeatedLoss();
            _cutOrder = _order;
        }
    }

    private struct Acknowledged
    {
        public int Bytes;
        public uint HighestTsn;
        public long NewestOrder;
        public long SampleOrder;
        public long SampleUs;
    }
}
