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
    public long DeadlineUs => IsAsking ? _answerDueUs : _dueUs;

    /// <summary>Whether a question waits for its answer.</summary>
    public bool IsAsking => _answerDueUs != Deadline.Never;

    /// <summary>The peer was heard: it need not be asked for a while.</summary>
    public void Restart(long nowUs) =>
        _dueUs = nowUs + (options.HeartbeatIntervalMs * 1_000L) + timeout.SmoothedRttUs;

    public void Stop()
    {
        _dueUs = Deadline.Never;
        _answerDueUs = Deadline.Never;
    }

    /// <summary>Whether the last question was not answered in time; the next one waits for its turn.</summary>
    public bool TryExpire(long nowUs)
    {
        if (nowUs < _answerDueUs)
            return false;

        _answerDueUs = Deadline.Never;
        _dueUs = Math.Max(_dueUs, nowUs + 1);
        return true;
    }

    /// <summary>Whether it is time to ask.</summary>
    public bool IsDue(long nowUs) => !IsAsking && nowUs >= _dueUs;

    /// <summary>Writes the information of a new question.</summary>
    public void WriteInfo(Span<byte> info, ulong number, long nowUs)
    {
        Restart(nowUs);
        _answerDueUs = nowUs + timeout.TimeoutUs;
        _number = number;
        BinaryPrimitives.WriteInt64BigEndian(info, nowUs);
        BinaryPrimitives.WriteUInt64BigEndian(info[8..], number);
    }

    /// <summary>Takes the information of an answer; false when it is not the answer to the last question.</summary>
    public bool TryTakeAnswer(ReadOnlySpan<byte> info, long nowUs)
    {
        if (!IsAsking || info.Length != InfoLength ||
            BinaryPrimitives.ReadUInt64BigEndian(info[8..]) != _number)
        {
            return false;
        }

        _answerDueUs = Deadline.Never;
        timeout.OnMeasured(nowUs - BinaryPrimitives.ReadInt64BigEndian(info));
        return true;
    }
}
