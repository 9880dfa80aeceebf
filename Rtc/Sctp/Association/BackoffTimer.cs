using Rtc.Seams;

namespace Rtc.Sctp.Association;

/// <summary>A timer whose timeout doubles with every expiration and that gives up after some.</summary>
internal struct BackoffTimer
{
    private const int MaxDoublings = 16;

    private readonly long _maxTimeoutUs;
    private long _timeoutUs;
    private int _left;
    private int _expirations;

    /// <param name="maxTimeoutMs">What the timeout doubles up to (RFC 9260 section 6.3.3, RTO.Max).</param>
    public BackoffTimer(int maxTimeoutMs) => _maxTimeoutUs = maxTimeoutMs * 1_000L;

    /// <summary>When it expires.</summary>
    public long DeadlineUs { get; private set; } = Deadline.Never;

    /// <summary>Starts it anew.</summary>
    public void Start(int timeoutMs, int maxRepetitions, long nowUs)
    {
        _timeoutUs = timeoutMs * 1_000L;
        _left = maxRepetitions;
        _expirations = 0;
        DeadlineUs = nowUs + _timeoutUs;
    }

    public void Stop() => DeadlineUs = Deadline.Never;

    /// <summary>Whether it has expired; <paramref name="isOver"/> when there is no further repetition.</summary>
    public bool TryExpire(long nowUs, out bool isOver)
    {
        isOver = false;
        if (nowUs < DeadlineUs)
            return false;

        isOver = _left == 0;
        _left--;
        _expirations = Math.Min(_expirations + 1, MaxDoublings);
        DeadlineUs = isOver ? Deadline.Never : nowUs + Math.Min(_timeoutUs << _expirations, _maxTimeoutUs);
        return true;
    }
}
