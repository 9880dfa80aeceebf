using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Receive;

/// <summary>
/// Joins fragments to messages. Every run is found by its two ends, so that a fragment costs the same however many
/// there are and in whatever order they come.
/// </summary>
internal sealed class FragmentStore(SctpBufferPool pool)
{
    /// <summary>
    /// What a fragment is taken to cost beside its bytes: its objects, and what the smallest array has to spare. Bounds
    /// what many small ones cost, in memory and in time to look through them.
    /// </summary>
    public const int FragmentOverhead = 256;

    private readonly Dictionary<FragmentKey, FragmentRun> _byEnd = [];
    private readonly Stack<FragmentRun> _freeRuns = [];
    private readonly Stack<Fragment> _freeFragments = [];
    private readonly List<FragmentRun> _dropped = [];

    /// <summary>How many entries were looked at to find what is to be dropped.</summary>
    public long LookedThrough { get; private set; }

    /// <summary>Bytes of all fragments that are kept, what they cost included.</summary>
    public int QueuedBytes { get; private set; }

    /// <summary>
    /// Keeps a fragment. Returns its message when that is whole now, which is then the caller's until
    /// <see cref="Release"/>. False when the fragment contradicts one that is there.
    /// </summary>
    public bool TryAdd(in DataChunkView data, out FragmentRun? whole)
    {
        whole = null;
        // Without interleaving, unordered fragments know of no message: their TSNs follow one another.
        uint messageId = data.IsUnordered && !data.IsInterleaved ? 0 : data.MessageId;
        var key = new FragmentKey(data.StreamId, data.IsUnordered, messageId, data.Position);
        if (_byEnd.ContainsKey(key))
            return false;

        FragmentRun run = Create(key, data);
        if (!run.HasBegin && _byEnd.TryGetValue(key with { Position = key.Position - 1 }, out FragmentRun? before) &&
            before.Last.Position == key.Position - 1 && !before.HasEnd)
        {
            Unlink(before);
            before.Append(run);
            FreeShell(run);
            run = before;
        }

        if (!run.HasEnd && _byEnd.TryGetValue(key with { Position = key.Position + 1 }, out FragmentRun? after) &&
            after.First.Position == key.Position + 1 && !after.HasBegin)
        {
            Unlink(after);
            run.Append(after);
            FreeShell(after);
        }

        if (run.IsWhole)
            whole = run;
        else
            Link(run);

        return true;
    }

    /// <summary>Writes the bytes of a message one behind the other.</summary>
    public static void Copy(FragmentRun run, Span<byte> destination)
    {
        for (Fragment? fragment = run.Head; fragment is not null; fragment = fragment.Next)
        {
            fragment.Buffer.AsSpan(0, fragment.Length).CopyTo(destination);
            destination = destination[fragment.Length..];
        }
    }

    /// <summary>Gives back a message that was whole.</summary>
    public void Release(FragmentRun run)
    {
        Fragment? fragment = run.Head;
        while (fragment is not null)
        {
            Fragment? next = fragment.Next;
            QueuedBytes -= fragment.Length + FragmentOverhead;
            pool.Return(fragment.Buffer);
            fragment.Buffer = [];
            fragment.Next = null;
            _freeFragments.Push(fragment);
            fragment = next;
        }

        FreeShell(run);
    }

    /// <summary>Drops incomplete messages of DATA chunks that begin at or before a TSN.</summary>
    public void DropUpToTsn(uint tsn)
    {
        LookedThrough += _byEnd.Count;
        foreach ((FragmentKey key, FragmentRun run) in _byEnd)
        {
            if (key == run.First && (int)(tsn - key.Position) >= 0)
                _dropped.Add(run);
        }

        ReleaseDropped();
    }

    /// <summary>Drops incomplete messages of I-DATA chunks up to the message that each stream is skipped to.</summary>
    public void DropUpToMessages(Dictionary<(ushort StreamId, bool IsUnordered), uint> skipped)
    {
        LookedThrough += _byEnd.Count;
        foreach ((FragmentKey key, FragmentRun run) in _byEnd)
        {
            if (key == run.First && skipped.TryGetValue((key.StreamId, key.IsUnordered), out uint messageId) &&
                (int)(messageId - key.MessageId) >= 0)
            {
                _dropped.Add(run);
            }
        }

        ReleaseDropped();
    }

    /// <summary>Drops incomplete messages of some streams, or of all where null is given.</summary>
    public void DropStreams(HashSet<ushort>? streamIds)
    {
        LookedThrough += _byEnd.Count;
        foreach ((FragmentKey key, FragmentRun run) in _byEnd)
        {
            if (key == run.First && (streamIds is null || streamIds.Contains(key.StreamId)))
                _dropped.Add(run);
        }

        ReleaseDropped();
    }

    private void ReleaseDropped()
    {
        foreach (FragmentRun run in _dropped)
        {
            Unlink(run);
            Release(run);
        }

        _dropped.Clear();
    }

    private FragmentRun Create(in FragmentKey key, in DataChunkView data)
    {
        if (!_freeFragments.TryPop(out Fragment? fragment))
            fragment = new Fragment();

        if (!_freeRuns.TryPop(out FragmentRun? run))
            run = new FragmentRun();

        ReadOnlySpan<byte> payload = data.Payload;
        fragment.Buffer = pool.Rent(payload.Length);
        fragment.Length = payload.Length;
        payload.CopyTo(fragment.Buffer);
        QueuedBytes += payload.Length + FragmentOverhead;
        run.First = key;
        run.Last = key;
        run.Head = fragment;
        run.Tail = fragment;
        run.Bytes = payload.Length;
        run.Fragments = 1;
        run.HasBegin = data.IsBegin;
        run.HasEnd = data.IsEnd;
        run.PayloadProtocolId = data.PayloadProtocolId;
        return run;
    }

    private void Link(FragmentRun run)
    {
        _byEnd[run.First] = run;
        _byEnd[run.Last] = run;
    }

    private void Unlink(FragmentRun run)
    {
        _byEnd.Remove(run.First);
        _byEnd.Remove(run.Last);
    }

    private void FreeShell(FragmentRun run)
    {
        run.Head = null;
        run.Tail = null;
        _freeRuns.Push(run);
    }
}
