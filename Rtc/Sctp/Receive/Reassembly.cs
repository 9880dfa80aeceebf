using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Receive;

/// <summary>
/// Turns DATA and I-DATA chunks into messages: joins fragments, keeps the order of ordered streams, skips what the
/// sender abandoned, and starts streams anew. A message in one chunk whose turn it is passes through without a copy.
/// </summary>
internal sealed class Reassembly(SctpOptions options, SctpBufferPool pool, IMessageSink sink)
{
    private readonly FragmentStore _fragments = new(pool);
    private readonly Dictionary<ushort, IncomingStream> _streams = [];
    private readonly Dictionary<(ushort StreamId, bool IsUnordered), uint> _skipped = [];

    /// <summary>Bytes that wait, what their keeping costs included.</summary>
    public int QueuedBytes => _fragments.QueuedBytes;

    /// <summary>What the peer may still send, in bytes.</summary>
    public uint AdvertisedWindow => (uint)Math.Max(0, options.ReceiveWindowBytes - QueuedBytes);

    /// <summary>Whether so much waits that only what closes a gap is taken.</summary>
    public bool IsAboveWatermark => QueuedBytes >= options.ReceiveWindowBytes / 10 * 9;

    /// <summary>Whether nothing more can be kept.</summary>
    public bool IsFull => QueuedBytes >= options.ReceiveWindowBytes;

    /// <summary>Messages that were too long for the listener.</summary>
    public long OversizeMessages { get; private set; }

    /// <summary>How many incomplete messages were looked at because some were to be dropped.</summary>
    public long LookedThrough => _fragments.LookedThrough;

    /// <summary>Chunks of messages that are past, or that contradict others.</summary>
    public long StaleChunks { get; private set; }

    /// <summary>Takes one chunk whose TSN is new.</summary>
    public void Add(in DataChunkView data)
    {
        bool isWholeChunk = data.IsBegin && data.IsEnd;
        if (data.IsUnordered)
        {
            if (isWholeChunk)
                Deliver(data.StreamId, data.PayloadProtocolId, data.Payload);
            else if (TryJoin(data, out FragmentRun? whole))
                Deliver(whole!);

            return;
        }

        IncomingStream stream = GetStream(data.StreamId);
        int ahead = stream.Ahead(data.MessageId, data.IsInterleaved);
        if (ahead < 0)
        {
            StaleChunks++;
        }
        else if (isWholeChunk && ahead == 0)
        {
            stream.MoveBehind(data.MessageId, data.IsInterleaved);
            Deliver(data.StreamId, data.PayloadProtocolId, data.Payload);
            DeliverReady(stream, data.IsInterleaved);
        }
        else if (TryJoin(data, out FragmentRun? whole))
        {
            Sort(stream, whole!, data.IsInterleaved);
        }
    }

    /// <summary>Skips what the sender abandoned (RFC 3758 section 3.6, RFC 8260 section 2.3.1).</summary>
    public void Skip(in ForwardTsnChunkView forward)
    {
        bool isInterleaved = forward.IsInterleaved;
        if (isInterleaved)
        {
            for (int i = 0; i < forward.SkippedCount; i++)
            {
                SkippedStream skipped = forward.GetSkipped(i);
                _skipped[(skipped.StreamId, skipped.IsUnordered)] = skipped.MessageId;
            }

            _fragments.DropUpToMessages(_skipped);
            _skipped.Clear();
        }
        else
        {
            _fragments.DropUpToTsn(forward.NewCumulativeTsn);
        }

        for (int i = 0; i < forward.SkippedCount; i++)
        {
            SkippedStream skipped = forward.GetSkipped(i);
            if (!skipped.IsUnordered)
                SkipTo(GetStream(skipped.StreamId), skipped.MessageId, isInterleaved);
        }
    }

    /// <summary>
    /// Starts streams anew, or all where none is named: drops what is incomplete, delivers what waits behind it. What is
    /// incomplete is looked through once, however many streams a peer names.
    /// </summary>
    public void Reset(ReadOnlySpan<ushort> streamIds, bool isInterleaved)
    {
        if (!streamIds.IsEmpty)
        {
            HashSet<ushort> resetting = new(streamIds.Length);
            foreach (ushort streamId in streamIds)
                resetting.Add(streamId);
            _fragments.DropStreams(resetting);
            foreach (ushort streamId in streamIds)
            {
                if (_streams.Remove(streamId, out IncomingStream? stream))
                    Flush(stream, isInterleaved);
            }

            return;
        }

        _fragments.DropStreams(null);

        IncomingStream[] all = [.. _streams.Values];
        _streams.Clear();
        foreach (IncomingStream stream in all)
            Flush(stream, isInterleaved);
    }

    /// <summary>Gives everything back without delivering it.</summary>
    public void Clear()
    {
        _fragments.DropStreams(null);
        foreach (IncomingStream stream in _streams.Values)
        {
            while (stream.TakeFirst(int.MaxValue, out _) is FragmentRun run)
                _fragments.Release(run);
        }

        _streams.Clear();
    }

    private void SkipTo(IncomingStream stream, uint messageId, bool isInterleaved)
    {
        int ahead = stream.Ahead(messageId, isInterleaved);
        if (ahead < 0)
            return;

        // Whole messages that waited behind the abandoned one are still delivered.
        while (stream.TakeFirst(ahead, out bool isRepetition) is FragmentRun run)
            DeliverOnce(run, isRepetition);

        if (stream.Ahead(messageId, isInterleaved) >= 0)
            stream.MoveBehind(messageId, isInterleaved);

        DeliverReady(stream, isInterleaved);
    }

    private void Sort(IncomingStream stream, FragmentRun run, bool isInterleaved)
    {
        uint messageId = run.First.MessageId;
        if (stream.Ahead(messageId, isInterleaved) == 0)
        {
            stream.MoveBehind(messageId, isInterleaved);
            Deliver(run);
            DeliverReady(stream, isInterleaved);
        }
        else
        {
            stream.Queue(run, isInterleaved);
        }
    }

    private void DeliverReady(IncomingStream stream, bool isInterleaved)
    {
        while (stream.TakeFirst(0, out bool isRepetition) is FragmentRun run)
        {
            // One that is past already came before what made it wait did.
            int ahead = stream.Ahead(run.First.MessageId, isInterleaved);
            if (ahead == 0)
                stream.MoveBehind(run.First.MessageId, isInterleaved);

            DeliverOnce(run, isRepetition || ahead < 0);
        }
    }

    private void Flush(IncomingStream stream, bool isInterleaved)
    {
        while (stream.TakeFirst(int.MaxValue, out bool isRepetition) is FragmentRun run)
            DeliverOnce(run, isRepetition);
    }

    private void DeliverOnce(FragmentRun run, bool isRepetition)
    {
        if (!isRepetition)
        {
            Deliver(run);
            return;
        }

        StaleChunks++;
        _fragments.Release(run);
    }

    private bool TryJoin(in DataChunkView data, out FragmentRun? whole)
    {
        if (!_fragments.TryAdd(data, out whole))
            StaleChunks++;

        return whole is not null;
    }

    private void Deliver(FragmentRun run)
    {
        int length = run.Bytes;
        ushort streamId = run.First.StreamId;
        uint payloadProtocolId = run.PayloadProtocolId;
        if (run.Head == run.Tail)
        {
            // The listener may end the association, which must not give this run back a second time: nothing links it.
            Deliver(streamId, payloadProtocolId, run.Head!.Buffer.AsSpan(0, length));
            _fragments.Release(run);
            return;
        }

        if (length > options.MaxReceiveMessageBytes)
        {
            OversizeMessages++;
            _fragments.Release(run);
            return;
        }

        byte[] message = pool.Rent(length);
        FragmentStore.Copy(run, message);
        _fragments.Release(run);
        Deliver(streamId, payloadProtocolId, message.AsSpan(0, length));
        pool.Return(message);
    }

    private void Deliver(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > options.MaxReceiveMessageBytes)
            OversizeMessages++;
        else
            sink.OnMessage(streamId, payloadProtocolId, payload);
    }

    private IncomingStream GetStream(ushort streamId)
    {
        if (!_streams.TryGetValue(streamId, out IncomingStream? stream))
        {
            stream = new IncomingStream();
            _streams.Add(streamId, stream);
        }

        return stream;
    }
}
