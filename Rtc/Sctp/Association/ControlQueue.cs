namespace Rtc.Sctp.Association;

/// <summary>
/// What waits to be sent beside data: whole packets (answers with a tag of their own) and chunks for the next packet
/// of the association. Bounded: these answer the peer, who must not make us keep more than it waits for.
/// </summary>
internal sealed class ControlQueue
{
    private const int MaxItems = 32;

    private readonly Queue<byte[]> _packets = [];
    private readonly Queue<byte[]> _chunks = [];

    public bool HasChunks => _chunks.Count > 0;

    /// <summary>Queues a whole packet; false when there is no room.</summary>
    public bool TryAddPacket(ReadOnlySpan<byte> packet) => TryAdd(_packets, packet);

    /// <summary>Queues a chunk; false when there is no room.</summary>
    public bool TryAddChunk(ReadOnlySpan<byte> chunk) => TryAdd(_chunks, chunk);

    public bool TryTakePacket(Span<byte> destination, out int length)
    {
        length = 0;
        if (!_packets.TryDequeue(out byte[]? packet))
            return false;

        packet.CopyTo(destination);
        length = packet.Length;
        return true;
    }

    public bool TryPeekChunk(out ReadOnlySpan<byte> chunk)
    {
        bool hasOne = _chunks.TryPeek(out byte[]? bytes);
        chunk = bytes;
        return hasOne;
    }

    public void RemoveChunk() => _chunks.Dequeue();

    public void Clear()
    {
        _packets.Clear();
        _chunks.Clear();
    }

    public void ClearChunks() => _chunks.Clear();

    private static bool TryAdd(Queue<byte[]> queue, ReadOnlySpan<byte> bytes)
    {
        if (queue.Count >= MaxItems)
            return false;

        queue.Enqueue(bytes.ToArray());
        return true;
    }
}
