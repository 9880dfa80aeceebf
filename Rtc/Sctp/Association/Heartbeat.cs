using System.Buffers.Binary;
using Rtc.Seams;
using Rtc.Sctp.Send;

namespace Rtc.Sctp.Association;

/// <summary>
/// Asks a silent peer whether it is there (RFC 9260 section 8.3). The information that comes back carries when it was
/// asked, and a number that only an answer to the last question has.
/// </summary>
internal sealed class Heartbeat(SctpOptions options, RetransmissionTimeout timeout)
{
    /// <summary>Length of the information in bytes.</summary>
    public const int InfoLength = 16;

    private ulong _number;
    private long _dueUs = Deadline.Never;
    private long _answerDueUs = Deadline.Never;

    /// <summary>When to ask, or when an answer is overdue.</summary>
    public long DeadlineUs => Math.Min(_dueUs, _answerDueUs);

    /// <summary>The peer was heard: it need not be asked for a while.</summary>
    public void Restart(long nowUs) =>
        _dueUs = nowUs + (options.HeartbeatIntervalMs * 1_000L) + timeout.SmoothedRttUs;

    public void Stop()
    {
        _dueUs = Deadline.Never;
        _answerDueUs = Deadline.Never;
    }

    /// <summary>Whether to ask now, and whether the last question was not answered.</summary>
    public bool HandleDeadline(long nowUs, out bool isOverdue)
    {
        isOverdue = nowUs >= _answerDueUs;
        if (isOverdue)
            _answerDueUs = Deadline.Never;

        // An unanswered question is repeated at once; the timeout, which doubles, keeps them apart.
        if (!isOverdue && nowUs < _dueUs)
            return false;

        Restart(nowUs);
        _answerDueUs = nowUs + timeout.TimeoutUs;
        return true;
    }

    /// <summary>Writes the information of a new question.</summary>
    public void WriteInfo(Span<byte> info, ulong number, long nowUs)
    {
        _number = number;
        BinaryPrimitives.WriteInt64BigEndian(info, nowUs);
        BinaryPrimitives.WriteUInt64BigEndian(info[8..], number);
    }

    /// <summary>Takes the information of an answer; false when it is not the answer to the last question.</summary>
    public bool TryTakeAnswer(ReadOnlySpan<byte> info, long nowUs)
    {
        if (_answerDueUs == Deadline.Never || info.Length != InfoLength ||
            BinaryPrimitives.ReadUInt64BigEndian(info[8..]) != _number)
        {
            return false;
        }

        _answerDueUs = Deadline.Never;
        timeout.OnMeasured(nowUs - BinaryPrimitives.ReadInt64BigEndian(info));
        timeout.OnProgress();
        return true;
    }
}
