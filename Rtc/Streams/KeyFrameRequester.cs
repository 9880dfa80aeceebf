using Rtc.Seams;

namespace Rtc.Streams;

/// <summary>
/// Turns the wishes of many receivers into few key frame requests for one stream. One request is outstanding for a
/// second and is repeated once when no key frame came; an optional delay merges the wishes that follow a request into
/// one at its end.
/// </summary>
/// <param name="delayUs">Least time between requests that nobody forces, in microseconds; 0 for none.</param>
public sealed class KeyFrameRequester(long delayUs)
{
    /// <summary>How long a request waits for its key frame, in microseconds.</summary>
    public const long AnswerTimeoutUs = 1_000_000;

    private long _answerDueUs = Deadline.Never;
    private long _delayDueUs = Deadline.Never;
    private bool _repeat;
    private bool _wishedDuringDelay;

    /// <summary>When <see cref="HandleDeadline"/> has to be called, in monotonic microseconds.</summary>
    public long DeadlineUs => Math.Min(_answerDueUs, _delayDueUs);

    /// <summary>Somebody needs a key frame. True when a request has to be sent now.</summary>
    public bool Request(long nowUs)
    {
        if (delayUs > 0)
        {
            if (_delayDueUs != Deadline.Never)
            {
                _wishedDuringDelay = true;
                return false;
            }

            StartDelay(nowUs);
        }

        _repeat = true;
        if (_answerDueUs != Deadline.Never)
            return false;

        _answerDueUs = nowUs + AnswerTimeoutUs;
        return true;
    }

    /// <summary>A key frame is needed whatever was asked before: a request has to be sent now.</summary>
    public void Force(long nowUs)
    {
        if (delayUs > 0)
            StartDelay(nowUs);

        _repeat = true;
        _answerDueUs = nowUs + AnswerTimeoutUs;
    }

    /// <summary>A key frame arrived.</summary>
    public void OnKeyFrame() => _answerDueUs = Deadline.Never;

    /// <summary>The deadline has come. True when a request has to be sent now.</summary>
    public bool HandleDeadline(long nowUs)
    {
        bool send = false;
        if (_answerDueUs <= nowUs)
        {
            _answerDueUs = Deadline.Never;
            if (_repeat)
            {
                _repeat = false;
                _answerDueUs = nowUs + AnswerTimeoutUs;
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

    private void StartDelay(long nowUs)
    {
        _delayDueUs = nowUs + delayUs;
        _wishedDuringDelay = false;
    }
}
