using System.Runtime.InteropServices;
using Rtc.Rtp;
using Rtc.Sctp.Packet;

namespace Rtc.Sctp.Association;

/// <summary>
/// Requests of the peer to reset streams that it sends on (RFC 6525 section 5.2.2). One that comes before all data of
/// the streams is deferred: until then, chunks behind it are not taken, so nothing but the request is kept.
/// </summary>
internal sealed class IncomingReset
{
    private readonly List<ushort> _deferred = [];
    private bool _isPerformedLate;
    private uint _lastTsn;
    private ReconfigurationResult _lastResult;

    /// <summary>The number of the last request that was taken.</summary>
    public uint LastRequestNumber { get; private set; }

    /// <summary>Whether a request waits for data.</summary>
    public bool IsDeferred { get; private set; }

    /// <summary>The streams of the request that was taken last; none for all.</summary>
    public ReadOnlySpan<ushort> Streams => CollectionsMarshal.AsSpan(_deferred);

    /// <summary>Begins anew: the peer's request numbers start at its initial TSN.</summary>
    public void Reset(uint peerInitialTsn)
    {
        _deferred.Clear();
        IsDeferred = false;
        _isPerformedLate = false;
        LastRequestNumber = peerInitialTsn - 1;
        _lastResult = ReconfigurationResult.NothingToDo;
    }

    /// <summary>Whether a chunk belongs behind a deferred reset.</summary>
    public bool IsBehind(uint tsn, ushort streamId) =>
        IsDeferred && SequenceNumbers.IsNewer(tsn, _lastTsn) &&
        (_deferred.Count == 0 || _deferred.Contains(streamId));

    /// <summary>
    /// Numbers a request. False when it is out of order or a repetition, with the result to answer; true when it is
    /// the next one.
    /// </summary>
    public bool TryBegin(uint requestNumber, out ReconfigurationResult result)
    {
        result = _lastResult;
        if (requestNumber == LastRequestNumber)
            return false;

        result = ReconfigurationResult.BadSequenceNumber;
        if (requestNumber != LastRequestNumber + 1)
            return false;

        LastRequestNumber = requestNumber;
        // A request under a new number takes the place of one that was deferred.
        IsDeferred = false;
        return true;
    }

    /// <summary>Keeps the result of the last request for its repetitions.</summary>
    public void SetResult(ReconfigurationResult result) => _lastResult = result;

    /// <summary>Takes the streams of a request and says what becomes of it.</summary>
    public ReconfigurationResult Take(in OutgoingResetView request, uint cumulativeTsn, out bool isRepetition)
    {
        // Some peers ask again under a new number after "in progress". What was performed meanwhile must not be
        // performed twice: messages behind it may have come.
        isRepetition = _isPerformedLate && IsSame(request);
        if (isRepetition)
            return _lastResult = ReconfigurationResult.Performed;

        _isPerformedLate = false;
        _deferred.Clear();
        for (int i = 0; i < request.StreamCount; i++)
            _deferred.Add(request.GetStream(i));

        _lastTsn = request.LastTsn;
        IsDeferred = SequenceNumbers.IsNewer(_lastTsn, cumulativeTsn);
        _lastResult = IsDeferred ? ReconfigurationResult.InProgress : ReconfigurationResult.Performed;
        return _lastResult;
    }

    /// <summary>Whether the data that a deferred request waits for is there; it is then performed.</summary>
    public bool TryPerformDeferred(uint cumulativeTsn)
    {
        if (!IsDeferred || SequenceNumbers.IsNewer(_lastTsn, cumulativeTsn))
            return false;

        IsDeferred = false;
        _isPerformedLate = true;
        _lastResult = ReconfigurationResult.Performed;
        return true;
    }

    private bool IsSame(in OutgoingResetView request)
    {
        if (request.LastTsn != _lastTsn || request.StreamCount != _deferred.Count)
            return false;

        for (int i = 0; i < _deferred.Count; i++)
        {
            if (request.GetStream(i) != _deferred[i])
                return false;
        }

        return true;
    }
}
