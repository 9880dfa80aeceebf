using Rtc.Seams;

namespace Rtc.Streams;

/// <summary>
/// Turns the wishes of many receivers into few key frame requests for one stream. One request is outstanding for a
/// second and is repeated once when no key frame came. A delay merges the wishes that follow a request into one at its
/// end; a key frame that comes meanwhile serves those before it.
/// </summary>
/// <param name="minDelayUs">
/// Least time between requests that nobody forces, in microseconds; never less than <see cref="MinIntervalUs"/>.
/// </param>
public sealed class KeyFrameRequester(long minDelayUs)
{
    /// <summary>
    /// Least time between requests, in microseconds: a crowd that joins within a second causes two. Encoders refuse to
    /// do much more, and key frames are several times as large as others.
    /// </summary>
    public const long MinIntervalUs = 500_000;

    /// <summary>How long a request waits for its key frame, in microseconds.</summary>
    public const long AnswerTimeoutUs = 1_000_000;

    private readonly long _delayUs = Math.Max(minDelayUs, MinIntervalUs);

    private long _answerDueUs = Deadline.Never;
    private long _delayDueUs = Deadline.Never;
    private bool _repeat;
    private bool _wishedDuringDelay;

    /// <summary>When <see cref="HandleDeadline"/> has to be called, in monotonic microseconds.</summary>
    public long DeadlineUs => Math.Min(_answerDueUs, _delayDueUs);

    /// <summary>Somebody needs a key frame. True when a request has to be sent now.</summary>
    public bool Request(long nowUs)
    {
        _repeat = true;
        if (_answerDueUs != Deadline.Never)
            return false;

        if (_delayDueUs != Deadline.Never)
        {
            _wishedDuringDelay = true;
            return false;
        }

        Force(nowUs);
        return true;
    }

    /// <summary>A key frame is needed whatever was asked before: a request has to be sent now.</summary>
    public void Force(long nowUs)
    {
        _delayDueUs = nowUs + _delayUs;
        _wishedDuringDelay = false;
        _repeat = true;
        _answerDueUs = nowUs + AnswerTimeoutUs;
    }

    /// <summary>A key frame arrived.</summary>
    public void OnKeyFrame()
    {
        _answerDueUs = Deadline.Never;
        _wishedDuringDelay = false;
    }

    /// <summary>The deadline has come. True when a request has to be sent now.</summary>
    public bool HandleDeadline(long nowUs)
    {
        bool send = false;
        if (_answerDueUs <= nowUs)
        {
            _answerDueUs = Deadline.Never;
            if (_repeat)
            {
                Force(nowUs);
                _repeat = false;
                send = true;
            }
        }

        if (_delayDueUs <= nowUs)
        {
            _delayDueUs = Deadline.Never;
            if (_wishedDuringDelay)
                send |= Request(nowUs);
        }

        return send;
    }
}
